import { describe, expect, it } from 'vitest'
import { shortID } from '../../src/digest/digest.ts'
import { describeChanges, momentsOf, recordState, redo, startTimeline, undo } from '../../src/snapshot/timeline.ts'
import { emptyStore, withMissingLayers } from '../../src/store/store.ts'
import { tagImage, untagImage } from '../../src/store/tags.ts'
import { createImages, markBuiltLocally, removeImage, setLastUpdated, setParent } from '../../src/store/write.ts'
import { ids, rawImage, raws } from './stores.ts'

const [i3, i4] = [3, 4].map((n) => shortID(ids[n]!))

describe('a timeline', () => {
  const empty = emptyStore()
  const [two] = createImages(empty, [raws[3]!, raws[4]!])
  const tagged = tagImage(two, 'app', ids[3]!)
  const full = recordState(recordState(startTimeline(empty), two, 'build'), tagged, 'tag')

  it('goes back and forth, and forks', () => {
    expect(momentsOf(full).map(({ what }) => what)).toEqual(['start', 'build', 'tag'])
    const back = undo(undo(full))
    expect(back.now.store).toBe(empty)
    expect(undo(back)).toBe(back)
    expect(redo(redo(back)).now.store).toBe(tagged)
    expect(redo(full)).toBe(full)
    const fork = recordState(undo(full), removeImage(two, ids[4]!)[0], 'remove')
    expect(momentsOf(fork).map(({ what }) => what)).toEqual(['start', 'build', 'remove'])
    expect(redo(fork)).toBe(fork)
    expect(full.now.store).toBe(tagged)
  })

  it('says in words what happened', () => {
    expect(describeChanges(empty, tagged).sort()).toEqual(
      [`+ image ${i3}`, `+ image ${i4}`, `+ tag app:latest: ${i3}`].sort(),
    )
    const [linked] = setParent(markBuiltLocally(tagged, ids[4]!)[0], ids[4]!, ids[3]!)
    expect(describeChanges(tagged, linked)).toEqual([`  image ${i4}, child of ${i3}, built locally`])
    expect(describeChanges(linked, tagged)).toEqual([
      `  image ${i4}, no longer child of ${i3}, no longer built locally`,
    ])
    const moved = tagImage(withMissingLayers(tagged, [`sha256:${'1'.repeat(64)}`]), 'app', ids[4]!)
    expect(describeChanges(tagged, moved)).toEqual([
      `  tag app:latest: ${i3} → ${i4}`,
      'layers 111111111111 are missing',
    ])
    expect(describeChanges(moved, untagImage(moved, 'app'))).toEqual(['- tag app:latest'])
    expect(describeChanges(tagged, removeImage(tagged, ids[4]!)[0])).toEqual([`- image ${i4}`])
    const [stray] = setParent(tagged, ids[5]!, ids[3]!)
    expect(describeChanges(tagged, stray)).toEqual([`${i3} takes ${shortID(ids[5]!)} as a stray child`])
    expect(describeChanges(tagged, setLastUpdated(tagged, ids[4]!, { seconds: 0, nanos: 0, zone: 'Z' })[0])).toEqual([
      `  image ${i4}, updated 1970-01-01T00:00:00Z`,
    ])
    const [made] = createImages(empty, [
      rawImage(9, { rootfs: {}, history: [{ created_by: 'RUN make', empty_layer: true }] }),
    ])
    expect(describeChanges(empty, made)[0]).toMatch(/^\+ image [0-9a-f]{12}, made by RUN make$/)
  })
})
