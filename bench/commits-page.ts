/** What runs in the browser for `commitsInChromium`: a store in IndexedDB, and superjson alone. Times are milliseconds. */
import { createStore, set, type UseStore } from 'idb-keyval'
import { stringify } from 'superjson'
import { readGoString } from '../src/go/text.ts'
import { indexedDBStorage } from '../src/snapshot/indexeddb.ts'
import { openPersistentStore, type PersistentStore } from '../src/snapshot/persistent/open.ts'
import { findRawImage, parentOf } from '../src/store/read.ts'
import { createImages } from '../src/store/write.ts'
import { treeStore } from './store.ts'
import { imageOf } from './workload.ts'

const open = new Map<number, PersistentStore>()

let floor: UseStore | undefined

const page = {
  async fill(size: number): Promise<void> {
    const kept = await openPersistentStore(indexedDBStorage(), `of ${size}`)
    await kept.commit(treeStore(size).store)
    await kept.compact()
    open.set(size, kept)
  },
  async commit(size: number, from: number, count: number): Promise<number> {
    const kept = open.get(size)!
    const raws = Array.from({ length: count }, (_, n) => imageOf(1e9 + from + n, 5, 7).raw)
    const [next] = createImages(kept.store, raws)
    return timed(() => kept.commit(next))
  },
  /** The same bytes put under a new key, one transaction, and nothing else. */
  async put(from: number): Promise<number> {
    const { raw } = imageOf(1e9 + from, 5, 7)
    floor ??= createStore('floor', 'floor')
    return timed(() => set(from, raw, floor))
  },
  /** All images as one text, and that text put in place of the last one. */
  async rewrite(size: number): Promise<{ readonly text: number; readonly kept: number }> {
    const { store, ids } = treeStore(size)
    const images = new Map(
      ids.map((id) => [id, { raw: readGoString(findRawImage(store, id)!), parent: parentOf(store, id) }]),
    )
    const database = createStore('superjson', 'superjson')
    const text = await timed(async () => stringify(images))
    return { text, kept: await timed(() => set('store', stringify(images), database)) }
  },
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

export type CommitsPage = typeof page
Object.assign(globalThis, { page })
