import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeStores } from '../../src/snapshot/merge.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { changesBetween } from '../../src/store/changes.ts'
import { childrenOf, hasImage } from '../../src/store/read.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { findTagged, tagImage } from '../../src/store/tags.ts'
import { createImages, removeImage, setParent } from '../../src/store/write.ts'
import { ids, operations, play, raws, stores } from './stores.ts'

const same = (a: ImageStore, b: ImageStore): void => {
  expect(changesBetween(a, b)).toEqual([])
  expect(storeDigest(a)).toBe(storeDigest(b))
}

describe.each([
  ['without a base', fc.constant(undefined)],
  ['with a base', stores],
] as const)('merging %s', (_, bases) => {
  const family = fc.tuple(bases, operations, operations, operations).map(([base, ...lists]) => {
    const [a, b, c] = lists.map((list) => play(list, base ?? emptyStore()))
    return { base, a: a!, b: b!, c: c! }
  })

  it('does not ask which comes first', () => {
    fc.assert(
      fc.property(family, ({ base, a, b }) => same(mergeStores(a, b, base), mergeStores(b, a, base))),
      { numRuns: 500 },
    )
  })

  it('does not ask which two come first', () => {
    fc.assert(
      fc.property(family, ({ base, a, b, c }) =>
        same(mergeStores(mergeStores(a, b, base), c, base), mergeStores(a, mergeStores(b, c, base), base)),
      ),
      { numRuns: 500 },
    )
  })

  it('with itself, with the base, or again changes nothing', () => {
    fc.assert(
      fc.property(family, ({ base, a, b }) => {
        expect(mergeStores(a, a, base)).toBe(a)
        same(mergeStores(a, base ?? emptyStore(), base), a)
        const merged = mergeStores(a, b, base)
        same(mergeStores(merged, b, base), merged)
        same(mergeStores(merged, a, base), merged)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves a store that goes on as any other', () => {
    fc.assert(
      fc.property(family, operations, ({ base, a, b }, later) => {
        same(play(later, mergeStores(a, b, base)), play(later, mergeStores(b, a, base)))
      }),
    )
  })
})

describe('merging', () => {
  const [base] = createImages(emptyStore(), [raws[2]!, raws[3]!, raws[4]!])

  it('lets a removal win over what it has seen, and an unseen add survive', () => {
    const removed = removeImage(base, ids[2]!)[0]
    const added = createImages(setParent(base, ids[2]!, ids[3]!)[0], [raws[5]!])[0]
    const merged = mergeStores(removed, added, base)
    expect([2, 5].map((n) => hasImage(merged, ids[n]!))).toEqual([false, true])
    expect(childrenOf(merged, ids[3]!)).toEqual([])
  })

  it('unites children, and lets the greater id have a tag', () => {
    const a = tagImage(setParent(base, ids[2]!, ids[3]!)[0], 'app', ids[3]!)
    const b = tagImage(setParent(base, ids[2]!, ids[4]!)[0], 'app', ids[4]!)
    const merged = mergeStores(a, b, base)
    expect([3, 4].map((n) => childrenOf(merged, ids[n]!))).toEqual([[ids[2]], [ids[2]]])
    expect(findTagged(merged, 'app')).toBe([ids[3]!, ids[4]!].sort()[1])
  })
})
