import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestDigits, hexDigits, intDigits, textDigits } from '../../src/persistent/digits.ts'
import {
  type Digits,
  Trie,
  trieDelete,
  trieDiff,
  trieEntries,
  trieGet,
  trieSet,
  trieSetAll,
} from '../../src/persistent/trie.ts'

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const kinds: [name: string, digits: Digits<never>, keys: fc.Arbitrary<unknown>][] = [
  ['digests', digestDigits as Digits<never>, hex(64).map((text) => `sha256:${text}`)],
  ['close digests', digestDigits as Digits<never>, hex(2).map((text) => `sha256:${text.padStart(64, '0')}`)],
  ['hex', hexDigits as Digits<never>, hex(6)],
  ['numbers', intDigits as Digits<never>, fc.integer({ min: 0, max: 0x3fffffff })],
  ['any text', textDigits as Digits<never>, fc.string({ maxLength: 4 })],
]

const operations = (keys: fc.Arbitrary<unknown>) =>
  fc.array(fc.record({ key: keys, value: fc.option(fc.nat(5), { nil: undefined }) }), { maxLength: 60 })

describe.each(kinds)('a trie over %s', (_, digits, keys) => {
  const empty = new Trie<never, number>(digits)

  it('is what a Map is after the same operations, and its old states stay as they were', () => {
    fc.assert(
      fc.property(operations(keys), (list) => {
        const map = new Map<unknown, number>()
        let trie = empty
        const past: [Trie<never, number>, [unknown, number][]][] = []
        for (const { key, value } of list) {
          past.push([trie, [...map]])
          trie = value === undefined ? trieDelete(trie, key as never) : trieSet(trie, key as never, value)
          if (value === undefined) map.delete(key)
          else map.set(key, value)
        }
        for (const [state, entries] of [...past, [trie, [...map]] as const]) {
          expect(state.size).toBe(entries.length)
          expect(new Map(trieEntries(state))).toEqual(new Map(entries))
          for (const [key, value] of entries) expect(trieGet(state, key as never)).toBe(value)
        }
      }),
    )
  })

  it('tells just what two states do not share', () => {
    fc.assert(
      fc.property(operations(keys), operations(keys), (first, second) => {
        const apply = (trie: Trie<never, number>, list: typeof first) =>
          list.reduce(
            (next, { key, value }) =>
              value === undefined ? trieDelete(next, key as never) : trieSet(next, key as never, value),
            trie,
          )
        const before = apply(empty, first)
        const after = apply(before, second)
        let patched = before
        const seen = new Set<unknown>()
        trieDiff(before, after, (key, was, is) => {
          expect(seen.has(key)).toBe(false)
          seen.add(key)
          expect([was, is]).toEqual([trieGet(before, key), trieGet(after, key)])
          expect(was).not.toBe(is)
          patched = is === undefined ? trieDelete(patched, key) : trieSet(patched, key, is)
        })
        expect([...trieEntries(patched)]).toEqual([...trieEntries(after)])
      }),
    )
  })

  it('writes many at once like one by one, and does not touch the trie it began with', () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys, { maxLength: 50 }), fc.uniqueArray(keys, { maxLength: 50 }), (old, fresh) => {
        const before = trieSetAll(
          empty,
          old.map((key) => [key as never, 1] as const),
        )
        const entries = [...trieEntries(before)]
        const bulk = trieSetAll(
          before,
          fresh.map((key) => [key as never, 2] as const),
        )
        const single = fresh.reduce((next: Trie<never, number>, key) => trieSet(next, key as never, 2), before)
        expect([...trieEntries(bulk)]).toEqual([...trieEntries(single)])
        expect([...trieEntries(before)]).toEqual(entries)
      }),
    )
  })
})

describe('a trie', () => {
  it('cannot be changed from outside', () => {
    const trie = trieSet(new Trie<string, number>(textDigits), 'a', 1)
    expect(Object.keys(trie)).toEqual([])
    expect(() => Object.assign(trie, { size: 9 })).toThrow(TypeError)
    expect(() => Object.assign(Trie.prototype, { size: 9 })).toThrow(TypeError)
    expect([trie.size, trieGet(trie, 'a')]).toEqual([1, 1])
  })

  it('finds the entries that begin with a prefix, in order', () => {
    const trie = trieSetAll(
      new Trie<string, number>(hexDigits),
      ['aa11', 'ab22', 'a123', 'b000'].map((key, value) => [key, value] as const),
    )
    expect(Array.from(trieEntries(trie, [10]), ([key]) => key)).toEqual(['a123', 'aa11', 'ab22'])
    expect(Array.from(trieEntries(trie, [10, 11, 2]), ([key]) => key)).toEqual(['ab22'])
    expect([...trieEntries(trie, [12])]).toEqual([])
  })
})
