import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest/digest.ts'
import { applyChanges, changesBetween } from '../../src/store/changes.ts'
import { unreadableChildren } from '../../src/store/children.ts'
import { nodeOf } from '../../src/store/ids.ts'
import { allImages, childrenOf, findRawImage, heads, isBuiltLocally, parentOf } from '../../src/store/read.ts'
import { reopenStore } from '../../src/store/reopen.ts'
import { emptyStore, type ImageStore, withMissingLayers } from '../../src/store/store.ts'
import { allTags, tagImage, untagImage } from '../../src/store/tags.ts'
import { createImage, createImages, markBuiltLocally, removeImage, setParent } from '../../src/store/write.ts'

const LAYER = `sha256:${'1'.repeat(64)}`
const raws = Array.from({ length: 7 }, (_, index) =>
  new TextEncoder().encode(
    JSON.stringify({
      created: `2020-01-0${index + 1}T00:00:00Z`,
      container_config: {
        Cmd: ['/bin/sh', '-c', index % 2 ? 'same' : `run ${index}`],
        Labels: index === 3 ? { a: '' } : { __proto__x: 'b' },
      },
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: index < 2 ? [LAYER] : [] },
    }),
  ),
)
const ids = raws.map((raw) => digestOf<'image'>(raw))

type Op = (store: ImageStore) => ImageStore
const which = fc.nat(raws.length - 1)
const operation: fc.Arbitrary<Op> = fc.oneof(
  which.map(
    (i): Op =>
      (store) =>
        createImage(store, raws[i]!)[0],
  ),
  fc.array(which, { maxLength: 5 }).map(
    (list): Op =>
      (store) =>
        createImages(
          store,
          list.map((i) => raws[i]!),
        )[0],
  ),
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
  which.map(
    (i): Op =>
      (store) =>
        tagImage(store, `app:${i % 3}`, ids[i]!),
  ),
  which.map(
    (i): Op =>
      (store) =>
        untagImage(store, `app:${i % 3}`),
  ),
  fc.boolean().map(
    (missing): Op =>
      (store) =>
        withMissingLayers(store, missing ? [LAYER] : []),
  ),
  fc.constant<Op>((store) => reopenStore(store)[0]),
)

/** Everything that the public functions say of a store. */
function facts(store: ImageStore): unknown {
  const each = ids.map((id) => [
    id,
    findRawImage(store, id),
    parentOf(store, id),
    childrenOf(store, id),
    isBuiltLocally(store, id),
  ])
  return structuredClone({ each, all: allImages(store), heads: heads(store), size: store.size, tags: allTags(store) })
}

describe('any sequence of operations', () => {
  it('leaves every earlier state as it was', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        let store = emptyStore()
        const past: [ImageStore, unknown][] = []
        for (const run of operations) {
          past.push([store, facts(store)])
          store = run(store)
        }
        for (const [state, then] of past) expect(facts(state)).toEqual(then)
      }),
    )
  })

  it('is said by the changes between its ends, which make the one into the other', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), fc.array(operation, { maxLength: 20 }), (first, second) => {
        const before = first.reduce((store, run) => run(store), emptyStore())
        const after = second.reduce((store, run) => run(store), before)
        const changes = changesBetween(before, after)
        const patched = applyChanges(before, changes)
        expect(facts(patched)).toEqual(facts(after))
        expect(changesBetween(patched, after)).toEqual([])
        // What follows is the same too: no hidden part of the index was lost.
        for (const run of second) expect(facts(run(patched))).toEqual(facts(run(after)))
      }),
      { numRuns: 300 },
    )
  })

  it('knows after a change that a child is only an id', () => {
    const [family] = setParent(createImages(emptyStore(), raws.slice(2, 4))[0], ids[2]!, ids[3]!)
    const [phantom] = setParent(removeImage(family, ids[2]!)[0], ids[2]!, ids[3]!)
    const patched = applyChanges(family, changesBetween(family, phantom))
    expect(unreadableChildren(nodeOf(patched, ids[3]!)!.children)).toEqual([ids[2]])
  })

  it('creates many at once as one by one', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 15 }), fc.array(which, { maxLength: 9 }), (operations, list) => {
        const store = operations.reduce((next, run) => run(next), emptyStore())
        const [bulk, results] = createImages(
          store,
          list.map((i) => raws[i]!),
        )
        let single = store
        const expected = list.map((i) => {
          const [next, result] = createImage(single, raws[i]!)
          single = next
          return result
        })
        expect(results).toEqual(expected)
        expect(facts(bulk)).toEqual(facts(single))
      }),
    )
  })
})

describe('a store', () => {
  it('cannot be changed from outside', () => {
    const [store] = createImage(emptyStore(), raws[0]!)
    expect(Object.isFrozen(store)).toBe(true)
    findRawImage(store, ids[0]!)!.fill(0)
    expect(findRawImage(store, ids[0]!)).toEqual(raws[0])
    const mine = raws[1]!.slice()
    const [next] = createImage(store, mine)
    mine.fill(0)
    expect(findRawImage(next, ids[1]!)).toEqual(raws[1])
  })

  it('keeps bytes that are not UTF-8 as they are', () => {
    const raw = Uint8Array.from([
      ...new TextEncoder().encode('{"rootfs":{},"comment":"'),
      0xff,
      0xc3,
      ...new TextEncoder().encode('"}'),
    ])
    const [store, made] = createImage(emptyStore(), raw)
    expect(made).toMatchObject({ outcome: 'created', id: digestOf(raw) })
    expect(findRawImage(store, digestOf(raw))).toEqual(raw)
  })
})
