import { describe, expect, it } from 'vitest'
import { isLayerfoldError } from '../../src/errors.ts'
import { writeJournalEntry } from '../../src/snapshot/journal.ts'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import type { Progress } from '../../src/snapshot/persistent/work.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { memoryStorage, type Place, type Storage } from '../../src/snapshot/storage.ts'
import { findRawImage, hasImage } from '../../src/store/read.ts'
import type { ImageStore } from '../../src/store/store.ts'
import { findTagged, tagImage } from '../../src/store/tags.ts'
import { createImage, removeImage, setParent } from '../../src/store/write.ts'
import { chains, ids, rawImage } from './stores.ts'

const codeOf = (error: unknown): unknown => (isLayerfoldError(error) ? error.code : error)
const with1 = (store: ImageStore, n: number): ImageStore => createImage(store, rawImage(n))[0]

/** A storage whose places can be made to fail, and tell what they were asked. */
function spied(
  storage: Storage,
  before: (what: keyof Place, ...args: readonly unknown[]) => Promise<void> | void,
): Storage {
  return {
    async open(name) {
      const place = await storage.open(name)
      const names = Object.keys(place) as (keyof Place)[]
      const wrap =
        (what: keyof Place) =>
        async (...args: never[]) => {
          await before(what, ...args)
          return (place[what] as (...args: never[]) => unknown)(...args)
        }
      return Object.fromEntries(names.map((what) => [what, wrap(what)])) as unknown as Place
    },
  }
}

async function filled(): Promise<{ storage: Storage; store: ImageStore }> {
  const storage = memoryStorage()
  const open = await openPersistentStore(storage, 'a')
  await open.commit(chains(2100))
  await open.compact()
  await open.commit(with1(open.store, 3))
  await open.close()
  return { storage, store: open.store }
}

describe('a persistent store', () => {
  it('writes only the difference', async () => {
    const sizes: number[] = []
    const storage = spied(memoryStorage(), (what, ...args) => {
      if (what === 'append') sizes.push((args[1] as Uint8Array).length)
    })
    const open = await openPersistentStore(storage, 'a')
    await open.commit(chains(500))
    await open.commit(with1(open.store, 3))
    await open.commit(open.store)
    expect(sizes).toHaveLength(2)
    expect(sizes[1]).toBeLessThan(rawImage(3).length + 120)
    await open.close()
  })

  it('keeps its state when a write fails, and writes it with the next', async () => {
    let full = false
    const memory = memoryStorage()
    const storage = spied(memory, (what) => {
      if (full && what === 'append') throw new Error('full')
    })
    const open = await openPersistentStore(storage, 'a')
    await open.commit(with1(open.store, 3))
    full = true
    await expect(open.commit(with1(open.store, 4))).rejects.toThrow('full')
    expect(hasImage(open.store, ids[4]!)).toBe(true)
    full = false
    await open.commit(with1(open.store, 5))
    await open.close()
    const again = await openPersistentStore(memory, 'a')
    expect([3, 4, 5].map((n) => hasImage(again.store, ids[n]!))).toEqual([true, true, true])
  })

  it('compacts by itself when the journal has outgrown half of the snapshot', async () => {
    const memory = memoryStorage()
    const open = await openPersistentStore(memory, 'a')
    await open.commit(chains(5000))
    await open.close()
    const place = await memory.open('a')
    expect(await place.entries(0)).toEqual([])
    const again = await openPersistentStore(memory, 'a')
    await again.commit(with1(again.store, 3))
    await again.close()
    expect(await place.entries(0)).toHaveLength(1)
    expect(storeDigest((await openPersistentStore(memory, 'a')).store)).toBe(storeDigest(again.store))
  })

  it('says how far a load or a compaction is, and stops when told to', async () => {
    const { storage, store } = await filled()
    const seen: Progress[] = []
    const open = await openPersistentStore(storage, 'a', { onProgress: (progress) => seen.push(progress) })
    expect(seen.map(({ phase, done }) => [phase, done])).toEqual([
      ['reading', 1000],
      ['reading', 2000],
      ['reading', 2100],
      ['building', 1000],
      ['building', 2000],
    ])
    const stop = new AbortController()
    const onProgress = ({ done }: Progress): void => (done === 2000 ? stop.abort(new Error('enough')) : undefined)
    await expect(openPersistentStore(storage, 'a', { onProgress, signal: stop.signal })).rejects.toThrow('enough')
    const halt = new AbortController()
    const compaction = open.compact({ signal: halt.signal, onProgress: () => halt.abort(new Error('stop')) })
    await expect(compaction).rejects.toThrow('stop')
    await open.commit(with1(open.store, 4))
    await open.compact()
    await open.close()
    const place = await storage.open('a')
    expect((await place.list()).every((part) => /^(head|segment)-3/.test(part))).toBe(true)
    expect(storeDigest((await openPersistentStore(storage, 'a')).store)).toBe(storeDigest(with1(store, 4)))
  })

  it('refuses damage, or loads the rest and goes on with that', async () => {
    const { storage, store } = await filled()
    const place = await storage.open('a')
    const segment = (await place.read('segment-1-0'))!
    segment[segment.length - 9]! ^= 1
    await place.write('segment-1-0', segment)
    await place.remove(['segment-1-2'])
    expect(await openPersistentStore(storage, 'a').catch(codeOf)).toBe('snapshot-damaged')
    const open = await openPersistentStore(storage, 'a', { damaged: 'load-rest' })
    expect(open.damaged.map(({ where, image }) => [where, image !== undefined])).toEqual([
      ['segment 0', true],
      ['segment 2', false],
    ])
    expect(open.store.size).toBe(store.size - 101)
    expect(findRawImage(open.store, open.damaged[0]!.image!)).toBe(undefined)
    await open.commit(with1(open.store, 4))
    await open.close()
    const again = await openPersistentStore(storage, 'a')
    expect(storeDigest(again.store)).toBe(storeDigest(open.store))
  })

  it('goes on from a snapshot alone that is damaged, and from a damaged journal', async () => {
    const storage = memoryStorage()
    const first = await openPersistentStore(storage, 'a')
    await first.commit(chains(30))
    await first.compact()
    const place = await storage.open('a')
    const segment = (await place.read('segment-1-0'))!
    segment[segment.length - 9]! ^= 1
    await place.write('segment-1-0', segment)
    const second = await openPersistentStore(storage, 'a', { damaged: 'load-rest' })
    await second.compact()
    expect([...(await place.list())].sort()).toEqual(['head-2', 'segment-2-0'])
    await place.append(3, writeJournalEntry({ sequence: 3, changes: [] }).fill(9, 40))
    await place.append(4, writeJournalEntry({ sequence: 4, changes: [] }))
    expect(await openPersistentStore(storage, 'a').catch(codeOf)).toBe('journal-damaged')
    const third = await openPersistentStore(storage, 'a', { damaged: 'load-rest' })
    expect(third.damaged.map(({ where }) => where)).toEqual(['journal entry 3'])
    await third.commit(with1(third.store, 4))
    const fourth = await openPersistentStore(storage, 'a')
    expect([fourth.store.size, fourth.damaged]).toEqual([30, []])
    expect(storeDigest(fourth.store)).toBe(storeDigest(third.store))
  })

  it('survives a stop at any write of a session, with every commit that had ended', async () => {
    for (let stopAt = 0; ; stopAt++) {
      const memory = memoryStorage()
      let writes = 0
      const storage = spied(memory, (what) => {
        if (!['write', 'append', 'remove', 'trim'].includes(what)) return
        if (writes++ >= stopAt) throw new Error('power')
      })
      const open = await openPersistentStore(storage, 'a')
      const states = [storeDigest(open.store)]
      let ended = 0
      try {
        for (let n = 0; n < 6; n++) {
          states.push(storeDigest(with1(open.store, n + 2)))
          await open.commit(with1(open.store, n + 2))
          ended++
          if (n % 2) await open.compact()
        }
      } catch {}
      const again = await openPersistentStore(memory, 'a')
      expect([states[ended], states[ended + 1]]).toContain(storeDigest(again.store))
      if (writes < stopAt) break
    }
  })
})

describe('two writers', () => {
  it('see what the other did, and only when they ask', async () => {
    const storage = memoryStorage()
    const channel = Object.assign(new EventTarget(), {
      postMessage(this: EventTarget) {
        this.dispatchEvent(new Event('message'))
      },
    })
    let news = 0
    const a = await openPersistentStore(storage, 'a', { channel, onForeignCommit: () => news++ })
    const b = await openPersistentStore(storage, 'a')
    await a.commit(tagImage(with1(a.store, 3), 'app', ids[3]!))
    expect(news).toBe(1)
    await b.commit(with1(b.store, 4))
    expect([a.store.size, b.store.size]).toEqual([1, 1])
    await b.commit(with1(b.store, 5)) // made from what `b` knows: the other's image is not taken as removed
    expect((await b.refresh()).size).toBe(3)
    await b.commit(removeImage(b.store, ids[3]!)[0])
    expect(hasImage(await a.refresh(), ids[3]!)).toBe(false)
    expect(findTagged(a.store, 'app')).toBe(ids[3])
  })

  it('lose nothing when one compacts while the other writes', async () => {
    const storage = memoryStorage()
    const [a, b] = [await openPersistentStore(storage, 'a'), await openPersistentStore(storage, 'a')]
    const work = async (open: typeof a, from: number): Promise<void> => {
      for (let n = from; n < from + 30; n++) {
        await open.commit(setParent(with1(open.store, n), ids[n % 7]!, ids[(n + 1) % 7]!)[0])
        if (n % 4 === 0) await open.compact()
        if (n % 3 === 0) await open.refresh()
      }
    }
    await Promise.all([work(a, 100), work(b, 200)])
    expect(storeDigest(await a.refresh())).toBe(storeDigest(await b.refresh()))
    expect(a.store.size).toBe(60)
    expect(storeDigest((await openPersistentStore(storage, 'a')).store)).toBe(storeDigest(a.store))
  })

  it('give back to a place that forgot what they know', async () => {
    const [old, lost] = [memoryStorage(), memoryStorage()]
    let now = old
    const storage: Storage = {
      async open(name) {
        const places = [await old.open(name), await lost.open(name)] as const
        const place = (): Place => places[now === old ? 0 : 1]
        const names = Object.keys(places[0]) as (keyof Place)[]
        return Object.fromEntries(
          names.map((what) => [what, (...args: never[]) => (place()[what] as (...args: never[]) => unknown)(...args)]),
        ) as unknown as Place
      },
    }
    const open = await openPersistentStore(storage, 'a')
    await open.commit(with1(open.store, 3))
    await open.commit(with1(open.store, 4))
    now = lost
    await open.commit(with1(open.store, 5))
    expect((await openPersistentStore(lost, 'a')).store.size).toBe(3)
  })
})
