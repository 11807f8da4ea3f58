import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLayerfoldError } from '../../src/errors.ts'
import { writeJournalEntry } from '../../src/snapshot/journal.ts'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import { exportSnapshot, storeDigest } from '../../src/snapshot/snapshot.ts'
import type { Place, Storage } from '../../src/snapshot/storage.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { findTagged, tagImage } from '../../src/store/tags.ts'
import { createImage, removeImage } from '../../src/store/write.ts'
import { chains, ids, rawImage, raws } from './stores.ts'

/** What a contract needs to know of a storage. */
export interface Candidate {
  readonly name: string
  readonly make: () => Promise<Storage>
  readonly end?: () => Promise<void>
  /** Whether two may have a store open at once. */
  readonly isShared: boolean
}

const entry = (sequence: number): Uint8Array =>
  writeJournalEntry({ sequence, changes: [{ what: 'layer', chain: `chain ${sequence}`, missing: true }] })
const text = (text: string): Uint8Array => new TextEncoder().encode(text)
const plain = (entries: readonly Uint8Array[]): number[][] => entries.map((each) => [...each])
const codeOf = (error: unknown): string => (isLayerfoldError(error) ? error.code : `no code: ${error}`)
const with1 = (store: ImageStore, n: number): ImageStore => createImage(store, rawImage(n))[0]

/** What every storage promises, and what a persistent store makes of it. */
export function storageContract({ name, make, end, isShared }: Candidate): void {
  describe(`${name}: a storage`, () => {
    let storage: Storage
    let count = 0
    beforeAll(async () => {
      storage = await make()
    })
    afterAll(() => end?.())
    const fresh = (): string => `place ${count++} / ü`
    const using = async (name: string, work: (place: Place) => Promise<void>): Promise<void> => {
      const place = await storage.open(name)
      await work(place).finally(() => place.close())
    }

    it('keeps parts by name, replaces and removes them', async () => {
      const name = fresh()
      await using(name, async (place) => {
        expect([await place.list(), await place.read('head-1')]).toEqual([[], undefined])
        await place.write('head-1', text('one'))
        await place.write('segment-1-0', new Uint8Array(0))
        await place.write('head-1', text('two'))
      })
      await using(fresh(), async (other) => expect(await other.list()).toEqual([]))
      await using(name, async (place) => {
        expect([...(await place.list())].sort()).toEqual(['head-1', 'segment-1-0'])
        expect([...(await place.read('head-1'))!]).toEqual([...text('two')])
        expect([...(await place.read('segment-1-0'))!]).toEqual([])
        await place.remove(['head-1', 'head-7'])
        expect(await place.list()).toEqual(['segment-1-0'])
      })
    })

    it('appends an entry only as the next one', async () => {
      const name = fresh()
      await using(name, async (place) => {
        expect(await place.append(2, entry(2))).toBe(false)
        expect([await place.append(1, entry(1)), await place.append(1, entry(9))]).toEqual([true, false])
        expect(await place.append(2, entry(2))).toBe(true)
      })
      await using(name, async (place) => {
        expect(await place.append(2, entry(9))).toBe(false)
        expect(await place.append(3, entry(3))).toBe(true)
        expect(plain(await place.entries(0))).toEqual(plain([1, 2, 3].map(entry)))
        expect(plain(await place.entries(2))).toEqual(plain([entry(3)]))
        expect([await place.entries(3), await place.list()]).toEqual([[], []])
      })
    })

    it('forgets entries, not their numbers', async () => {
      const name = fresh()
      await using(name, async (place) => {
        for (const n of [1, 2, 3]) await place.append(n, entry(n))
        await place.trim(2)
        await place.trim(1)
        expect(plain(await place.entries(0))).toEqual(plain([entry(3)]))
        await place.trim(3)
        expect(await place.entries(0)).toEqual([])
      })
      await using(name, async (place) => {
        expect([await place.append(1, entry(1)), await place.append(4, entry(4))]).toEqual([false, true])
        await place.trim(9)
        expect([await place.append(5, entry(5)), await place.append(10, entry(10))]).toEqual([false, true])
        expect(plain(await place.entries(0))).toEqual(plain([entry(10)]))
      })
    })

    it('loses no entry that comes while it forgets others', async () => {
      const name = fresh()
      await using(name, async (place) => {
        for (let n = 1; n <= 40; n++) {
          const work = [place.append(n, entry(n)), place.entries(n - 2), n % 4 ? undefined : place.trim(n - 2)] as const
          expect([await work[0], (await work[1]).length >= 1 || n === 1, await work[2]]).toEqual([
            true,
            true,
            undefined,
          ])
        }
      })
      await using(name, async (place) => {
        expect(plain(await place.entries(30))).toEqual(plain([39, 40].map(entry)))
      })
    })

    it('commits while it is compacted', async () => {
      const name = fresh()
      const open = await openPersistentStore(storage, name)
      await open.commit(chains(1500))
      for (let round = 0; round < 3; round++) {
        const compaction = open.compact()
        for (let n = 0; n < 12; n++) await open.commit(with1(open.store, 5000 + 20 * round + n))
        await compaction
      }
      const digest = storeDigest(open.store)
      await open.close()
      const again = await openPersistentStore(storage, name)
      expect(storeDigest(again.store)).toBe(digest)
      await again.close()
    })

    it('keeps bytes, not arrays', async () => {
      await using(fresh(), async (place) => {
        const whole = text('abcdef')
        await place.write('head-1', whole.subarray(2, 4))
        whole.fill(0)
        const read = (await place.read('head-1'))!
        expect([...read]).toEqual([...text('cd')])
        read.fill(0)
        expect([...(await place.read('head-1'))!]).toEqual([...text('cd')])
      })
    })

    it('says that it is closed', async () => {
      const place = await storage.open(fresh())
      await place.close()
      await place.close()
      if (name === 'memory') return
      for (const work of [place.list(), place.append(1, entry(1)), place.write('head-1', text(''))]) {
        expect(await work.catch(codeOf)).toBe('storage-closed')
      }
    })

    it('holds a persistent store over sessions, compacted or not', async () => {
      const name = fresh()
      let store = chains(40)
      const first = await openPersistentStore(storage, name)
      expect(first.store.size).toBe(0)
      await first.commit(store)
      for (let n = 0; n < 12; n++) {
        store = with1(store, n)
        await first.commit(store)
        if (n % 5 === 4) await first.compact()
      }
      await first.close()
      expect(await first.commit(store).catch(codeOf)).toBe('storage-closed')
      const second = await openPersistentStore(storage, name)
      expect(storeDigest(second.store)).toBe(storeDigest(store))
      store = tagImage(removeImage(second.store, ids[3]!)[0], 'x', ids[4]!)
      await second.commit(store)
      await second.compact()
      await second.compact()
      await second.close()
      const third = await openPersistentStore(storage, name)
      expect(exportSnapshot(third.store)).toEqual(exportSnapshot(store))
      await third.close()
      await using(name, async (place) => {
        expect((await place.list()).filter((part) => part.startsWith('head'))).toHaveLength(1)
        expect(await place.entries(0)).toEqual([])
      })
    })

    it('writes what is committed at once as one entry', async () => {
      const name = fresh()
      const open = await openPersistentStore(storage, name)
      let store = emptyStore()
      const commits = raws.map((raw) => {
        ;[store] = createImage(store, raw)
        return open.commit(store)
      })
      await Promise.all(commits)
      await open.close()
      await using(name, async (place) => {
        const { length } = await place.entries(0)
        expect([1, 2]).toContain(length)
      })
    })

    const two = async (): Promise<void> => {
      const name = fresh()
      const [a, b] = [await openPersistentStore(storage, name), await openPersistentStore(storage, name)]
      for (let n = 0; n < 20; n++) {
        await Promise.all([
          a.commit(with1(n % 7 ? a.store : await a.refresh(), 2 * n + 10)),
          b.commit(with1(b.store, 2 * n + 11)),
        ])
        if (n === 9) await b.compact()
      }
      await a.commit(tagImage(a.store, 'app', ids[3]!))
      expect([(await a.refresh()).size, (await b.refresh()).size]).toEqual([40, 40])
      expect(findTagged(b.store, 'app')).toBe(ids[3])
      expect(storeDigest(a.store)).toBe(storeDigest(b.store))
      await a.close()
      await b.close()
      const c = await openPersistentStore(storage, name)
      expect(storeDigest(c.store)).toBe(storeDigest(a.store))
      await c.close()
    }

    const one = async (): Promise<void> => {
      const name = fresh()
      const open = await openPersistentStore(storage, name)
      expect(await openPersistentStore(storage, name).catch(codeOf)).toBe('storage-locked')
      await open.close()
      await (await openPersistentStore(storage, name)).close()
    }

    const sharing = isShared ? 'lets two write, and both see it all' : 'lets only one write'
    it(sharing, () => (isShared ? two() : one()))
  })
}
