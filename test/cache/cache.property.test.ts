import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BuildCache, cacheFrom, type ProbeResult, probe } from '../../src/cache/cache.ts'
import { docker1_13, docker17_03, docker25, docker26, type RuleSet } from '../../src/cache/rules.ts'
import { sourcesOf } from '../../src/cache/sources.ts'
import { decodeImage } from '../../src/image/codec.ts'
import type { Config } from '../../src/image/config.ts'
import type { ImageID } from '../../src/image/image.ts'
import { chainID } from '../../src/image/rootfs.ts'
import { allImages, childrenOf, findRawImage, parentOf } from '../../src/store/read.ts'
import { emptyStore, withMissingLayers } from '../../src/store/store.ts'
import { createImage, markBuiltLocally, setParent } from '../../src/store/write.ts'
import { getCache, link, type Model, ROOT } from './model.ts'

const ABSENT = `sha256:${'0'.repeat(64)}`
const MAKE = ['/bin/sh', '-c', 'make']
const COMMANDS = [['/bin/sh', '-c', '#(nop) ', 'ENV A=1'], MAKE, ['/bin/sh -c', 'make'], undefined]
const LAYERS = [undefined, '1', '2'].map((digit) => digit && `sha256:${digit.repeat(64)}`)
const TIMES = ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00+00:00', '2021-01-01T00:00:00Z', undefined]

const mostly = <T>(usual: T, ...others: T[]) => fc.constantFrom<T>(usual, usual, usual, usual, ...others)
const config: fc.Arbitrary<Config> = fc.record({
  Cmd: fc.constantFrom(...COMMANDS),
  Env: mostly<string[] | undefined>(undefined, [], ['A=1', 'B=2'], ['B=2', 'A=1']),
  Labels: mostly<Record<string, string> | undefined>(undefined, {}, { a: '' }, { z: 'q' }, { a: '', z: 'q' }),
  User: mostly('', 'root'),
  OpenStdin: mostly(false, true),
  WorkingDir: mostly('', '/x'),
  StopTimeout: mostly<number | undefined>(undefined, 0),
  Healthcheck: mostly<Config['Healthcheck']>(undefined, {}, { Interval: 5 }),
})
const step = fc.record({
  created: mostly(...(TIMES as [string])),
  created_by: fc.constantFrom(COMMANDS[0]!.join(' '), MAKE.join(' ')),
  layer: fc.constantFrom(...LAYERS),
})
const image = fc
  .record({
    created: fc.constantFrom(...TIMES),
    container_config: config,
    architecture: mostly<string | undefined>('amd64', '386', 'arm64', undefined),
    steps: fc.array(step, { maxLength: 3 }),
    below: mostly<string[]>([], [LAYERS[1]!]),
  })
  .map(({ steps, below, ...rest }) => ({
    ...rest,
    ...(rest.architecture && { os: 'linux' }),
    history: steps.map(({ layer, ...entry }) => ({ ...entry, ...(layer === undefined && { empty_layer: true }) })),
    rootfs: { type: 'layers', diff_ids: [...below, ...steps.flatMap(({ layer }) => layer ?? [])] },
  }))
/** A step on the last hit or on any image; or, with `like`, the step that would have made an image of the world. */
const probed = fc.record({
  parent: fc.oneof(fc.constant('last' as const), fc.nat(12)),
  like: fc.option(fc.nat(9)),
  config,
})
const world = fc.record({
  images: fc.array(fc.record({ image, parent: fc.option(mostly(0, 1, 2, 3, 4)), built: mostly(true, false) }), {
    minLength: 2,
    maxLength: 14,
  }),
  phantom: mostly<number | undefined>(undefined, 0),
  missing: mostly(false, true),
  sources: fc.option(fc.array(fc.nat(9), { minLength: 1, maxLength: 3 })),
  probes: fc.array(probed, { minLength: 3, maxLength: 9 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

/** The same world twice: as a cache, and as the model. */
function build({ images, phantom, missing, sources }: World, rules: RuleSet): [BuildCache, Model] {
  const chains = missing ? [chainID({ diffIDs: [LAYERS[1], LAYERS[1]] as never })!] : []
  const model: Model = { rules, images: new Map(), missing: chains, sources: undefined }
  let store = withMissingLayers(emptyStore({ generation: rules.shape, root: ROOT }), chains)
  const ids: ImageID[] = []
  for (const { image, built } of images) {
    const raw = new TextEncoder().encode(JSON.stringify(image))
    const [next, made] = createImage(store, raw)
    store = next
    if (made.outcome !== 'created') continue
    ids.push(made.id)
    model.images.set(made.id, { image: decodeImage(raw, rules.shape), children: new Set(), built })
    if (built) [store] = markBuiltLocally(store, made.id)
  }
  for (const [index, { parent }] of images.entries()) {
    const [id, above] = [ids[index], ids[parent ?? -1]]
    if (id === undefined || above === undefined) continue
    ;[store] = setParent(store, id, above)
    link(model, id, above)
  }
  if (phantom !== undefined && ids[phantom] !== undefined) {
    ;[store] = setParent(store, ABSENT, ids[phantom])
    model.images.get(ids[phantom])!.children.add(ABSENT)
  }
  const refs = sources?.map((index) => ids[index] ?? 'nobody') ?? []
  if (refs.length > 0) model.sources = refs.filter((ref) => ref !== 'nobody')
  return [cacheFrom(store, refs, rules)[0], model]
}

/** All that can be read of a cache, as one text. */
function facts({ store, sources }: BuildCache): string {
  const text = (id: string) => new TextDecoder().decode(findRawImage(store, id))
  const each = allImages(store).map((id) => [id, parentOf(store, id), childrenOf(store, id), text(id)])
  return JSON.stringify([each, sources && sourcesOf(sources).map(({ id }) => id)])
}

const said = (result: ProbeResult): string =>
  result.outcome === 'hit'
    ? `${result.via} ${result.image}`
    : result.outcome === 'miss'
      ? 'miss'
      : `error ${result.text}`

function check(world: World, rules: RuleSet): void {
  let [cache, model] = build(world, rules)
  let last: string | undefined
  for (const { parent, like, config: own } of world.probes) {
    const known = [...model.images.values()][like ?? -1]
    const at = known?.parent ?? (parent === 'last' ? last : [undefined, ABSENT, ...model.images.keys()][parent])
    const asked = { config: known?.image.containerConfig ?? own, platform: { os: 'linux', architecture: 'amd64' } }
    const before = facts(cache)
    const [next, result] = probe(cache, at, asked)
    expect(said(result)).toBe(getCache(model, at, asked.config))
    expect(facts(cache)).toBe(before)
    const families = [...model.images].map(([id, { parent, children }]) => [id, parent, [...children].sort()])
    const found = allImages(next.store).map((id) => [id, parentOf(next.store, id), childrenOf(next.store, id)])
    expect(JSON.stringify(found)).toBe(JSON.stringify(families.sort()))
    expect(said(probe(cache, at, asked)[1])).toBe(said(result))
    if (result.outcome === 'hit') last = result.image
    cache = next
  }
}

describe('probe', () => {
  it.each([docker1_13, docker17_03, docker25, docker26])('finds in any world what a scan finds: $name', (rules) => {
    fc.assert(
      fc.property(world, (each) => check(each, rules)),
      { numRuns: 120 },
    )
  })
})
