/** What runs in the page and in its worker: the store in IndexedDB, driven by snapshot.browser.ts. */
import { isLayerfoldError } from '../../src/errors.ts'
import { indexedDBStorage } from '../../src/snapshot/indexeddb.ts'
import { openPersistentStore, type PersistentStore } from '../../src/snapshot/persistent/open.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { putContent } from '../../src/store/reopen.ts'
import { createImages } from '../../src/store/write.ts'
import { chains, rawImage } from '../snapshot/stores.ts'

const open = new Map<string, PersistentStore>()
let news = 0

/** Bytes that no browser can make smaller: some compress what they keep. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

const page = {
  async open(name: string): Promise<number> {
    const channel = new BroadcastChannel(`layerfold ${name}`)
    const onForeignCommit = (): void => {
      news++
    }
    open.set(name, await openPersistentStore(indexedDBStorage(), name, { channel, onForeignCommit }))
    return open.get(name)!.store.size
  },
  fill: (name: string, size: number): Promise<void> => open.get(name)!.commit(chains(size)),
  async add(name: string, from: number, count: number): Promise<void> {
    for (let n = from; n < from + count; n++) {
      const store = open.get(name)!
      await store.commit(createImages(store.store, [rawImage(1e6 + n)])[0])
    }
  },
  compact: (name: string): Promise<void> => open.get(name)!.compact(),
  news: async (): Promise<number> => news,
  digest: async (name: string): Promise<string> => storeDigest(await open.get(name)!.refresh()),
  close: (name: string): Promise<void> => open.get(name)!.close(),
  /** Commits ever more until that fails; how. */
  async overfill(name: string): Promise<string> {
    const store = open.get(name)!
    for (let n = 0; n < 100; n++) {
      try {
        await store.commit(putContent(store.store, noise(2_000_000))[0])
      } catch (error) {
        return isLayerfoldError(error) ? error.code : String(error)
      }
    }
    return 'it never filled'
  },
  /** Asks the same of a worker. */
  inWorker(what: string, ...args: unknown[]): Promise<unknown> {
    const worker = new Worker('/page.js')
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage([what, args])
    })
  },
  /** Median microseconds of a commit of 1 and of 100 new images, by size of the store; the sizes take turns. */
  async commits(sizes: readonly number[]): Promise<Record<string, number>> {
    const times = new Map<string, number[]>()
    for (const size of sizes) {
      await page.open(`bench ${size}`)
      await page.fill(`bench ${size}`, size)
      await page.compact(`bench ${size}`)
    }
    for (let round = 0; round < 40; round++) {
      for (const size of sizes) {
        for (const count of round % 4 ? [1] : [1, 100]) {
          const store = open.get(`bench ${size}`)!
          const raws = Array.from({ length: count }, (_, n) =>
            rawImage(3e6 + 1000 * round + 200 * Math.sign(count - 1) + n),
          )
          const [next] = createImages(store.store, raws)
          const start = performance.now()
          await store.commit(next)
          const key = `${count} into ${size}`
          times.set(key, [...(times.get(key) ?? []), (performance.now() - start) * 1000])
        }
      }
    }
    return Object.fromEntries(Array.from(times, ([key, all]) => [key, all.sort((a, b) => a - b)[all.length >> 1]!]))
  },
}

export type Page = typeof page

if (typeof window === 'undefined') {
  addEventListener('message', async ({ data: [what, args] }) => {
    for (const [name, ...rest] of [
      ['open', args[0]],
      [what, ...args],
    ] as [keyof Page, ...unknown[]][]) {
      const result = await (page[name] as (...args: unknown[]) => unknown)(...rest)
      if (name === what) postMessage(result)
    }
  })
} else Object.assign(window, { page })
