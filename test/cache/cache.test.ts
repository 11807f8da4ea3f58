import { describe, expect, it } from 'vitest'
import { cacheFrom, probe, withStore } from '../../src/cache/cache.ts'
import { commit, type ExecutedStep } from '../../src/cache/commit.ts'
import { docker1_13, docker17_03, docker25 } from '../../src/cache/rules.ts'
import { readTime } from '../../src/go/time.ts'
import type { ImageID } from '../../src/image/image.ts'
import { getImage } from '../../src/store/read.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage, markBuiltLocally, removeImage, setParent } from '../../src/store/write.ts'

function add(store: ImageStore, document: object): [ImageStore, ImageID] {
  const raw = new TextEncoder().encode(JSON.stringify({ rootfs: { type: 'layers' }, ...document }))
  const [next, made] = createImage(store, raw)
  if (made.outcome === 'error') throw new Error(made.text)
  return [next, made.id]
}

describe('cacheFrom', () => {
  it('spec 5: tells a name whose image is gone, and skips it', () => {
    const [store, app] = add(emptyStore({ generation: docker1_13.shape, root: '/r' }), {})
    const gone = removeImage(tagImage(store, 'app', app), app)[0]
    const [cache, unknown] = cacheFrom(gone, ['app'], docker1_13)
    const text = `open /r/content/sha256/${app.slice(7)}: no such file or directory`
    expect(unknown).toEqual([{ reference: 'app', text }])
    expect(probe(cache, undefined, { config: {} })[1]).toEqual({ outcome: 'miss' })
  })
})

describe('restore', () => {
  it('an empty diff id is no layer: the step adds none', () => {
    const histories = [
      { created_by: 'a' },
      { created_by: 'b' },
      { created_by: 'c', empty_layer: true },
      { created_by: 'e' },
    ]
    const root = (...diff_ids: string[]) => ({ rootfs: { type: 'layers', diff_ids } })
    const [start, source] = add(emptyStore(), { history: histories, ...root('d', '', '', 'z') })
    const [store, parent] = add(start, { history: histories.slice(0, 1), ...root('d', '', '') })
    const [next, result] = probe(cacheFrom(store, [source], docker17_03)[0], parent, { config: { Cmd: ['b'] } })
    if (result.outcome !== 'hit') throw new Error(result.outcome)
    expect(getImage(next.store, result.image).rootfs?.diffIDs).toEqual(['d', '', ''])
  })

  it('and where that leaves too few, none is made', () => {
    const histories = [{ created_by: 'a' }, { created_by: 'b' }]
    const [store, source] = add(emptyStore(), { history: histories, rootfs: { type: 'layers', diff_ids: ['', 'd'] } })
    const [, result] = probe(cacheFrom(store, [source], docker17_03)[0], undefined, { config: { Cmd: ['a'] } })
    const text = `failed to restore cached image from "" to ${source}: failed to create cache image: too many non-empty layers in History section`
    expect(result).toMatchObject({ outcome: 'error', text })
  })
})

describe('commit', () => {
  it('is seen at once by what is above a source, as it would be by a cache opened anew', () => {
    const [withBase, base] = add(emptyStore(), { comment: 'base' })
    const [withOther, other] = add(withBase, { comment: 'other' })
    const [start, source] = add(withOther, { history: [{ created_by: 'x', empty_layer: true }] })
    const created = readTime('2020-01-01T00:00:00Z')
    const build = { parent: base, config: {}, containerConfig: { Cmd: ['make'] }, created } satisfies ExecutedStep
    const [first, made] = commit(cacheFrom(start, [], docker17_03)[0], build)
    if (made.outcome === 'error') throw new Error(made.text)
    // The image moves away below `other`, is the source's parent there, and is then made again on its base.
    const moved = setParent(setParent(first.store, made.image, other)[0], source, made.image)[0]
    const [later] = commit(cacheFrom(moved, [source], docker17_03)[0], build)
    const step = { config: {} }
    const expected = { outcome: 'hit', image: base, via: 'parent-chain' }
    expect(probe(withStore(later, later.store), undefined, step)[1]).toEqual(expected)
    expect(probe(later, undefined, step)[1]).toEqual(expected)
  })
})

describe('a store of one generation under the rules of another', () => {
  it('T62: an image without a time is no hit since 25.0, whatever generation read it', () => {
    for (const generation of [docker17_03.shape, docker25.shape]) {
      const [store, id] = add(emptyStore({ generation }), {
        os: 'linux',
        architecture: 'amd64',
        container_config: { Cmd: ['x'] },
      })
      const [marked] = markBuiltLocally(store, id)
      const platform = { os: 'linux', architecture: 'amd64' }
      const [cache] = cacheFrom(marked, [], docker25)
      expect(probe(cache, undefined, { config: { Cmd: ['x'] }, platform })[1]).toEqual({ outcome: 'miss' })
      const [before] = cacheFrom(marked, [], docker17_03)
      expect(probe(before, undefined, { config: { Cmd: ['x'] } })[1]).toMatchObject({ outcome: 'hit', image: id })
    }
  })
})
