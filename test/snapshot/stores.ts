import fc from 'fast-check'
import { digestOf } from '../../src/digest/digest.ts'
import { putContent, reopenStore } from '../../src/store/reopen.ts'
import { emptyStore, type ImageStore, withMissingLayers } from '../../src/store/store.ts'
import { tagImage, untagImage } from '../../src/store/tags.ts'
import {
  createImage,
  createImages,
  markBuiltLocally,
  removeImage,
  setLastUpdated,
  setParent,
} from '../../src/store/write.ts'

const LAYER = `sha256:${'1'.repeat(64)}`
const encoder = new TextEncoder()

/** An image config, every one another; the third is not valid UTF-8. */
export function rawImage(n: number, more: object = {}): Uint8Array {
  const text = JSON.stringify({
    created: `2020-01-${String(1 + (n % 28)).padStart(2, '0')}T00:00:00Z`,
    container_config: {
      Cmd: ['/bin/sh', '-c', `run ${n}`],
      Labels: Object.fromEntries([
        ['constructor', 'a'],
        ['__proto__', `b${n}`],
      ]),
    },
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: n < 2 ? [LAYER] : [] },
    ...more,
  })
  const bytes = encoder.encode(text.replace('"created"', n === 2 ? '"author":"?","created"' : '"created"'))
  return n === 2 ? bytes.map((byte) => (byte === 0x3f ? 0xff : byte)) : bytes
}

export const raws: readonly Uint8Array[] = Array.from({ length: 7 }, (_, index) => rawImage(index))
export const ids: readonly ReturnType<typeof digestOf<'image'>>[] = raws.map((raw) => digestOf<'image'>(raw))

export type Op = (store: ImageStore) => ImageStore
const which = fc.nat(raws.length - 1)
const NAMES = ['app:1', 'constructor', '__proto__', 'localhost:5000/to_string:hasOwnProperty']

/** All that can be done to a store, failures that leave something behind included. */
export const operation: fc.Arbitrary<Op> = fc.oneof(
  fc.array(which, { minLength: 1, maxLength: 4 }).map((list): Op => {
    const some = list.map((i) => raws[i]!)
    return (store) => createImages(store, some)[0]
  }),
  fc.tuple(which, which).map(
    ([i, j]): Op =>
      (store) =>
        setParent(store, ids[i]!, ids[j]!)[0],
  ),
  which.map(
    (i): Op =>
      (store) =>
        removeImage(store, ids[i]!)[0],
  ),
  which.map(
    (i): Op =>
      (store) =>
        markBuiltLocally(store, ids[i]!)[0],
  ),
  fc.tuple(which, fc.nat(3)).map(
    ([i, seconds]): Op =>
      (store) =>
        setLastUpdated(store, ids[i]!, { seconds: seconds - 1, nanos: i, zone: seconds === 2 ? 'Z' : -3600 * i })[0],
  ),
  fc.tuple(which, fc.constantFrom(...NAMES)).map(
    ([i, name]): Op =>
      (store) =>
        name === '__proto__' ? store : tagImage(store, name, ids[i]!),
  ),
  fc.constantFrom(...NAMES).map(
    (name): Op =>
      (store) =>
        name === '__proto__' ? store : untagImage(store, name),
  ),
  fc.boolean().map(
    (missing): Op =>
      (store) =>
        withMissingLayers(store, missing ? [LAYER, '__proto__'] : []),
  ),
  which.map(
    (i): Op =>
      (store) =>
        putContent(
          store,
          i === 0 ? encoder.encode('{"no": "image"') : store.size > 9 ? raws[i]! : encoder.encode(`no image ${i}`),
        )[0],
  ),
  fc.constant<Op>((store) => reopenStore(store)[0]),
)

export const operations: fc.Arbitrary<readonly Op[]> = fc.array(operation, { maxLength: 25 })
export const stores: fc.Arbitrary<ImageStore> = operations.map((list) => play(list))

export function play(list: readonly Op[], store: ImageStore = emptyStore()): ImageStore {
  return list.reduce((next, run) => run(next), store)
}

/** A store of `size` images in chains of ten. */
export function chains(size: number): ImageStore {
  let store = emptyStore()
  for (let n = 0; n < size; n++) {
    const raw = rawImage(n + 100)
    ;[store] = createImage(store, raw)
    if (n % 10) [store] = setParent(store, digestOf(raw), digestOf(rawImage(n + 99)))
  }
  return tagImage(store, 'app', digestOf(rawImage(100)))
}
