import { describe, expect, it } from 'vitest'
import { type BuildCache, cacheFrom, probe, type Step } from '../../src/cache/cache.ts'
import { reasonsFor } from '../../src/cache/reasons.ts'
import { docker17_03, docker25, type RuleSet } from '../../src/cache/rules.ts'
import type { Config } from '../../src/image/config.ts'
import type { ImageID } from '../../src/image/image.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage, markBuiltLocally, setParent } from '../../src/store/write.ts'

const step: Step = { config: { Cmd: ['make'], Env: ['A=1'] }, platform: { os: 'linux', architecture: 'amd64' } }

function add(store: ImageStore, document: object, parent?: ImageID): [ImageStore, ImageID] {
  const [next, made] = createImage(
    store,
    new TextEncoder().encode(JSON.stringify({ rootfs: { type: 'layers' }, ...document })),
  )
  if (made.outcome === 'error') throw new Error(made.text)
  return [parent === undefined ? next : setParent(next, made.id, parent)[0], made.id]
}

const child = (config: Config, created = '2020-01-01T00:00:00Z') => ({
  os: 'linux',
  architecture: 'amd64',
  created,
  container_config: config,
})

/** A base with children, all built here but those that are said to be foreign. */
function cacheWith(
  children: readonly object[],
  rules: RuleSet,
  foreign: readonly number[] = [],
): [BuildCache, ImageID, ImageID[]] {
  let [store, base] = add(emptyStore({ generation: rules.shape }), { comment: 'base' })
  const ids = children.map((document, index) => {
    const [next, id] = add(store, document, base)
    store = foreign.includes(index) ? next : markBuiltLocally(next, id)[0]
    return id
  })
  return [cacheFrom(store, [], rules)[0], base, ids]
}

describe('reasonsFor', () => {
  it('names the one field that differs, with both values', () => {
    const [cache, base, [id]] = cacheWith([child({ Cmd: ['make'], Env: ['A=2'] })], docker17_03)
    expect(probe(cache, base, step)[1]).toEqual({ outcome: 'miss' })
    expect(reasonsFor(cache, base, step).siblings).toMatchObject([
      { image: id, refused: { rule: 'config', differences: [{ field: 'Env', stored: ['A=2'], step: ['A=1'] }] } },
    ])
  })

  it('puts the image with the fewest differences first, then the newest', () => {
    const far = child({ Cmd: ['other'], Env: ['A=2'], User: 'root' })
    const old = child({ Cmd: ['make'], Env: ['A=2'] })
    const young = child({ Cmd: ['make'], Env: ['A=3'] }, '2021-01-01T00:00:00Z')
    const [cache, base, [farID, oldID, youngID]] = cacheWith([far, old, young], docker17_03)
    expect(reasonsFor(cache, base, step).siblings.map(({ image }) => image)).toEqual([youngID, oldID, farID])
  })

  it('does not call a foreign image near for being foreign', () => {
    const alien = child({ Cmd: ['other'], Env: ['B=2'], User: 'root' })
    const near = child({ Cmd: ['make'], Env: ['A=2'] })
    const [cache, base, [alienID, nearID]] = cacheWith([alien, near], docker25, [0])
    expect(reasonsFor(cache, base, step).siblings).toMatchObject([
      { image: nearID, refused: { rule: 'config' } },
      { image: alienID, refused: { rule: 'not-built-locally' } },
    ])
  })

  it('tells a matching image that only lacks the mark of a local build', () => {
    const [cache, base] = cacheWith([child(step.config!)], docker25, [0])
    expect(reasonsFor(cache, base, step).siblings).toMatchObject([{ refused: { rule: 'not-built-locally' } }])
  })

  it('cuts at the limit and counts the rest', () => {
    const many = Array.from({ length: 12 }, (_, n) => child({ Cmd: [`step ${n}`] }))
    const [cache, base] = cacheWith(many, docker17_03)
    const { siblings, moreSiblings } = reasonsFor(cache, base, step, { limit: 5 })
    expect([siblings.length, moreSiblings]).toEqual([5, 7])
  })

  it('says what a --cache-from image does at that step, and that a local match is above no source', () => {
    const [local, base] = cacheWith([child(step.config!)], docker17_03)
    const [store, app] = add(local.store, { comment: 'app', history: [{ created_by: 'cmake', empty_layer: true }] })
    const [cache] = cacheFrom(tagImage(store, 'app', app), ['app'], docker17_03)
    const { siblings, sources } = reasonsFor(cache, base, step)
    expect(siblings).toMatchObject([{ refused: { rule: 'not-above-a-source' } }])
    expect(sources).toEqual([{ image: app, refused: { rule: 'created-by', source: 'cmake', step: 'make' } }])
  })
})

describe('a cache', () => {
  it('cannot be changed through its sources', () => {
    const [store, app] = add(emptyStore(), { history: [{ created_by: 'make', empty_layer: true }] })
    const [cache] = cacheFrom(tagImage(store, 'app', app), ['app'], docker17_03)
    expect(Reflect.ownKeys(cache.sources!)).toEqual([])
    expect(probe(cache, undefined, step)[1]).toEqual({ outcome: 'hit', image: app, via: 'source' })
  })
})
