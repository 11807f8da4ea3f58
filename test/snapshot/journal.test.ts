import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/digest/bytes.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import {
  type JournalEntry,
  readJournalEntry,
  replayJournal,
  splitJournal,
  writeJournalEntry,
} from '../../src/snapshot/journal.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { changesBetween } from '../../src/store/changes.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { operations, play } from './stores.ts'

/** A journal of what each list of operations changes, and the states between. */
function journalOf(lists: readonly Parameters<typeof play>[0][]): { entries: Uint8Array[]; states: ImageStore[] } {
  const states = [emptyStore()]
  const entries = lists.map((list, index) => {
    states.push(play(list, states[index]!))
    return writeJournalEntry({ sequence: index + 1, changes: changesBetween(states[index]!, states[index + 1]!) })
  })
  return { entries, states }
}

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
  } catch (error) {
    if (isLayerfoldError(error)) return error.code
    throw error
  }
  return undefined
}

const journals = fc.array(operations, { minLength: 1, maxLength: 5 }).map(journalOf)

describe('a journal', () => {
  it('replayed from any entry on gives the same states', () => {
    fc.assert(
      fc.property(journals, fc.nat(4), ({ entries, states }, from) => {
        const after = Math.min(from, entries.length)
        const end = replayJournal(states[after]!, after, entries.slice(after))
        expect(changesBetween(end, states.at(-1)!)).toEqual([])
        expect(storeDigest(end)).toBe(storeDigest(states.at(-1)!))
      }),
      { numRuns: 200 },
    )
  })

  it('tells a change as it was', () => {
    const names = ['__proto__', 'constructor', '\ud800', 'ü\u2028']
    const changes = names.flatMap((name): JournalEntry['changes'] => [
      { what: 'layer', chain: name, missing: true },
      { what: 'tag', name, to: undefined },
    ])
    expect(readJournalEntry(writeJournalEntry({ sequence: 7, changes }), 7)).toEqual({ sequence: 7, changes })
  })

  it('cut at any byte has the entries before the cut, and no more', () => {
    const { entries } = journalOf(fc.sample(operations, { numRuns: 6, seed: 11 }))
    const file = concat(entries)
    const ends = entries.map((_, index) => concat(entries.slice(0, index + 1)).length)
    for (let cut = 0; cut <= file.length; cut++) {
      const { entries: found, kept } = splitJournal(file.subarray(0, cut))
      const whole = ends.filter((end) => end <= cut)
      expect([found.length, kept]).toEqual([whole.length, whole.at(-1) ?? 0])
    }
  })

  it('with any byte changed is refused, and never another state', () => {
    const { entries, states } = journalOf(fc.sample(operations, { numRuns: 4, seed: 3 }))
    const file = concat(entries)
    const exact = states.map((state) => storeDigest(state))
    for (let at = 0; at < file.length; at++) {
      const broken = file.slice()
      broken[at]! ^= 1 << (at % 8)
      expect(codeOf(() => replayJournal(emptyStore(), 0, splitJournal(broken).entries))).toBe('journal-damaged')
    }
    expect(storeDigest(replayJournal(emptyStore(), 0, entries))).toBe(exact.at(-1))
  })

  it('of any bytes gives a coded error or a state that was there', () => {
    fc.assert(
      fc.property(
        journals,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
        fc.nat(),
        ({ entries, states }, edits, cut) => {
          const file = concat(entries)
          const broken = file.slice(0, cut % 3 ? file.length : cut % (file.length + 1))
          for (const [at, byte] of edits) if (broken.length > 0) broken[at % broken.length] = byte
          let state = emptyStore()
          const code = codeOf(() => {
            state = replayJournal(emptyStore(), 0, splitJournal(broken).entries)
          })
          expect([undefined, 'journal-damaged']).toContain(code)
          expect(states.map((each) => storeDigest(each))).toContain(storeDigest(state))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('that lacks an entry, or has one twice, is refused', () => {
    const { entries } = journalOf(fc.sample(operations, { numRuns: 3, seed: 3 }))
    const [a, b, c] = entries as [Uint8Array, Uint8Array, Uint8Array]
    for (const wrong of [[b], [a, c], [a, a, b], [a, c, b]]) {
      expect(codeOf(() => replayJournal(emptyStore(), 0, wrong))).toBe('journal-damaged')
    }
  })

  it('with a right digest and a wrong body is refused', () => {
    const good = { sequence: 1, changes: [] }
    const id = `sha256:${'1'.repeat(64)}` as never
    const facts = { indexed: true, parent: undefined, builtLocally: false, lastUpdated: undefined }
    const bad: JournalEntry['changes'][] = [
      [{ what: 'image', id, to: facts }],
      [{ what: 'image', id, to: { ...facts, raw: new Uint8Array(3) } }],
      [{ what: 'child', parent: id, child: 'x', is: true }],
      [{ what: 'tag', name: 5 as never, to: undefined }],
      [{ what: 'layer', chain: 'x', missing: 'x' as never }],
    ]
    for (const changes of bad) {
      const entry = writeJournalEntry({ ...good, changes })
      expect(codeOf(() => replayJournal(emptyStore(), 0, [entry]))).toBe('journal-damaged')
    }
  })
})
