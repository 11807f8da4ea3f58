import { digestOf } from '../src/digest/digest.ts'
import { findRawImage } from '../src/store/read.ts'
import { emptyStore, type ImageStore } from '../src/store/store.ts'
import { tagImage } from '../src/store/tags.ts'
import { createImage, setParent } from '../src/store/write.ts'
import { memoryInUse } from './measure.ts'
import type { Row } from './report.ts'
import { treeStore } from './store.ts'
import { imageOf } from './workload.ts'

/** What does an image cost in memory? Every config is read back afterwards, and its digest is its id. */
export function memory(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const before = memoryInUse()
    const { store, ids, bytes } = treeStore(size)
    const used = memoryInUse() - before
    for (const id of ids) if (digestOf(findRawImage(store, id)!) !== id) throw new Error(`${id} reads back as another`)
    return {
      question: 'memory, bytes per image',
      size: store.size,
      'raw config': bytes / size,
      kept: used / size,
      'total, MB': used / 1e6,
    }
  })
}

/** What does a chain of builds cost, each image the child of the one before, beside its raw strings? */
export function memoryOfChain(length: number): Row[] {
  const before = memoryInUse()
  let store = emptyStore()
  let parent: string | undefined
  let bytes = 0
  for (let n = 0; n < length; n++) {
    const { id, raw } = imageOf(n, n)
    bytes += raw.length
    ;[store] = createImage(store, raw)
    if (parent !== undefined) [store] = setParent(store, id, parent)
    parent = id
  }
  const used = memoryInUse() - before
  const row = { 'raw, MB': bytes / 1e6, 'kept, MB': used / 1e6, 'times smaller': bytes / used }
  return [{ question: 'memory, a chain of builds', size: store.size, ...row }]
}

/** What does an old state cost that somebody keeps, beside the newest one? */
export function memoryOfOldStates(size: number): Row[] {
  const { store, ids } = treeStore(size)
  const create = (from: ImageStore, n: number): ImageStore => {
    const { id, raw } = imageOf(1e9 + n, 5, 7)
    return setParent(createImage(from, raw)[0], id, ids[(n * 7919) % size]!)[0]
  }
  const tag = (from: ImageStore, n: number): ImageStore => tagImage(from, `app:${n % 10}`, ids[n % size]!)
  return [
    {
      question: 'memory, bytes per old state that is kept',
      size,
      'after a create': keptBytes(store, create),
      'after an index write': keptBytes(store, tag),
    },
  ]
}

/** How much more a thousand states cost together than the last of them alone. */
function keptBytes(store: ImageStore, write: (from: ImageStore, n: number) => ImageStore): number {
  const count = 1000
  const states = [store]
  for (let n = 0; n < count; n++) states.push(write(states[n]!, n))
  const all = memoryInUse()
  const last = states[count]!
  states.length = 0
  const alone = memoryInUse()
  return last.size > 0 ? (all - alone) / count : 0
}
