import { concat } from '../digest/bytes.ts'
import { type Digest, digestOf } from '../digest/digest.ts'
import { startSHA256 } from '../digest/sha256.ts'
import { LayerfoldError } from '../errors.ts'
import { applyChanges, type Change } from '../store/changes.ts'
import { buildStore, decodeLoaded, imageFacts, type LoadedImage } from '../store/load.ts'
import { findRawImage, hasImage } from '../store/read.ts'
import { type Daemon, emptyStore, type ImageStore } from '../store/store.ts'
import { type Head, headOf, readHead, writeHead } from './head.ts'
import { writeEntry } from './record.ts'
import { type Damage, readSegment, writeSegments } from './segment.ts'

/** Whether a damaged image or segment makes a load fail, or is left out and named. There is no default that leaves out. */
export type OnDamage = 'refuse' | 'load-rest'

export interface LoadOptions {
  /** `'refuse'` unless said otherwise. */
  readonly damaged?: OnDamage
  /** The daemon that the store is to belong to, as in `emptyStore`: a snapshot has images and what is known of them, not who runs them. */
  readonly daemon?: Partial<Daemon>
  /** The runtime's own SHA-256, where it has a faster one than ours: of the bytes, as 64 lower-case hex characters. `layerfold/snapshot/fs` has Node's. */
  readonly sha256?: ((bytes: Uint8Array) => string) | undefined
}

/** The whole store as bytes. Equal stores give equal bytes, whatever their past. */
export function exportSnapshot(store: ImageStore): Uint8Array {
  const segments = [...writeSegments(store)]
  const head = headOf(
    store,
    segments.map(({ info }) => info),
    0,
  )
  return concat([writeHead(head), ...segments.map(({ bytes }) => bytes)])
}

/**
 * The store that `exportSnapshot` wrote, every image verified by its id, and with `'load-rest'` what had to be left out; links to such images stay. Throws
 * `snapshot-malformed`, `snapshot-version`, and unless told to load the rest `snapshot-damaged`.
 */
export function importSnapshot(bytes: Uint8Array, options: LoadOptions = {}): [store: ImageStore, damaged: Damage[]] {
  const { head, end } = readHead(bytes, 'snapshot')
  const images: LoadedImage[] = []
  const damaged: Damage[] = []
  let at = end
  for (const [index, info] of head.segments.entries()) {
    const [whole, broken] = readSegment(bytes.subarray(at, at + info.bytes), info, `segment ${index}`, options.sha256)
    for (const image of whole) images.push(image)
    damaged.push(...broken)
    at += info.bytes
  }
  if (at < bytes.length)
    throw new LayerfoldError('snapshot-malformed', { where: 'snapshot', reason: 'it is longer than its head says' })
  refuseDamage(damaged, options.damaged)
  return [withHead(buildAtOnce(images, options.daemon), head, damaged), damaged]
}

/** Throws `snapshot-damaged` when there is damage and the caller did not ask for the rest. */
export function refuseDamage(damaged: readonly Damage[], onDamage: OnDamage = 'refuse'): void {
  if (damaged.length === 0 || onDamage === 'load-rest') return
  const parts = damaged.map(
    ({ where, image, reason }) => `${image === undefined ? where : `image ${image} in ${where}`}: ${reason}`,
  )
  throw new LayerfoldError('snapshot-damaged', { parts })
}

/**
 * The store with what a head says beside images. With damage, a stray child without content may be a lost image, and is lost with it.
 */
export function withHead(store: ImageStore, head: Head, damaged: readonly Damage[]): ImageStore {
  const strays = head.strays.filter(
    ([parent, child]) => hasImage(store, parent) && (damaged.length === 0 || findRawImage(store, child) !== undefined),
  )
  return applyChanges(store, [
    ...Array.from(head.tags, ([name, to]): Change => ({ what: 'tag', name, to })),
    ...Array.from(head.missingLayers, (chain): Change => ({ what: 'layer', chain, missing: true })),
    ...strays.map(([parent, child]): Change => ({ what: 'child', parent, child, is: true })),
  ])
}

function buildAtOnce(images: readonly LoadedImage[], daemon: Partial<Daemon> = {}): ImageStore {
  const { generation } = emptyStore(daemon).daemon
  const building = buildStore(
    images.map((image) => decodeLoaded(image, generation)),
    daemon,
  )
  for (;;) {
    const step = building.next()
    if (step.done) return step.value
  }
}

/** A name for all that a store holds: two stores have the same one exactly when they are equal. Takes time in proportion to the store, without reading configs. */
export function storeDigest(store: ImageStore): Digest<'store'> {
  const hash = startSHA256()
  for (const facts of imageFacts(store)) hash.update(writeEntry({ ...facts, gone: false, length: undefined }))
  const digest = `sha256:${hash.hex()}` as Digest<'segment'>
  return digestOf<'store'>(writeHead(headOf(store, [{ digest, count: store.images.size, bytes: 0 }], 0)))
}
