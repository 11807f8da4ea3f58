import { type BuildCache, cacheFrom, probe } from '../../src/cache/cache.ts'
import { docker1_13, docker17_03, docker25, docker26, type RuleSet } from '../../src/cache/rules.ts'
import { decodeConfig } from '../../src/image/codec.ts'
import { allImages, findRawImage, parentOf } from '../../src/store/read.ts'
import { putContent, reopenStore } from '../../src/store/reopen.ts'
import { emptyStore, type ImageStore, withMissingLayers } from '../../src/store/store.ts'
import { createImage, markBuiltLocally, setParent } from '../../src/store/write.ts'
import { generationOf } from './generations.ts'
import { readPlatform } from './values.ts'
import { differences, fromBase64, type Replay, toBase64 } from './vector.ts'

interface RecordedImage {
  readonly raw_b64: string
  readonly id: string
  readonly inject?: boolean
  readonly parent?: string
  readonly built_locally?: boolean
  readonly create_error?: string
  readonly set_parent_error?: string
}

type State = readonly (readonly [number, (number | undefined)?])[]

interface Outcome {
  readonly result: string
  readonly state: State
  readonly created?: readonly { readonly i: number; readonly raw_b64: string }[]
  readonly error?: string
  readonly panic?: string
}

interface RecordedProbe extends Outcome {
  readonly parent: string
  readonly config: unknown
  readonly platform?: Parameters<typeof readPlatform>[0]
  readonly nonterminating?: boolean
  readonly seen?: readonly Outcome[]
}

interface CacheCase {
  readonly name: string
  readonly images: readonly RecordedImage[]
  readonly missing_layers?: readonly string[]
  readonly cache_from: readonly string[]
  readonly init_state: State
  readonly probes: readonly RecordedProbe[]
  readonly ids: readonly string[]
}

const RULES: Readonly<Record<string, RuleSet>> = {
  '1.13': docker1_13,
  '20.10': docker17_03,
  '25.0.17': docker25,
  '25': docker26,
}

/** cache: a store is set up, then probed on one cache object; a case passes when every probe gives the same and leaves the same images. */
export const replayCache: Replay = ({ json }) => {
  const rules = { ...RULES[String(json['column'])]!, shape: generationOf(json['column']) }
  return (json['cases'] as CacheCase[]).map((each) => ({ name: each.name, differences: replayCase(each, rules) }))
}

function replayCase(each: CacheCase, rules: RuleSet): string[] {
  const [store, problems] = setUp(each, rules)
  const start = differences({ state: sorted(each.init_state) }, { state: stateOf(each, store) })
  if (problems.length + start.length > 0) return [...problems, ...start]
  let [cache] = cacheFrom(store, each.cache_from, rules)
  for (const [index, recorded] of each.probes.entries()) {
    const before = cache.store
    const [next, found] = replayProbe(each, cache, recorded)
    if (recorded.nonterminating === true) return [] // FORMAT: "pick any defined behaviour there"; that this line was reached shows one
    const outcomes = recorded.seen ?? [recorded]
    const misses = outcomes.map((outcome) =>
      differences(expected(each, outcome), { ...found, created: createdBetween(each, before, next.store) }),
    )
    if (misses.every((miss) => miss.length > 0)) return [`probe ${index}:`, ...misses[0]!]
    cache = next
  }
  return []
}

function setUp({ images, missing_layers = [] }: CacheCase, rules: RuleSet): [ImageStore, string[]] {
  const problems: string[] = []
  let store = withMissingLayers(emptyStore({ generation: rules.shape, root: '$ROOT' }), missing_layers)
  for (const { inject, raw_b64 } of images) if (inject) [store] = putContent(store, fromBase64(raw_b64))
  ;[store] = reopenStore(store)
  for (const { inject, raw_b64, create_error } of images) {
    if (inject) continue
    const [next, made] = createImage(store, fromBase64(raw_b64))
    store = next
    problems.push(...differences({ create_error }, { create_error: made.outcome === 'error' ? made.text : undefined }))
  }
  for (const { id, parent, built_locally, set_parent_error } of images) {
    if (parent !== undefined) {
      const [next, linked] = setParent(store, id, parent)
      store = next
      problems.push(
        ...differences(
          { set_parent_error },
          { set_parent_error: linked.outcome === 'error' ? linked.text : undefined },
        ),
      )
    }
    if (built_locally && rules.cache.builtLocally) [store] = markBuiltLocally(store, id)
  }
  return [store, problems]
}

function replayProbe(
  each: CacheCase,
  cache: BuildCache,
  recorded: RecordedProbe,
): [BuildCache, Record<string, unknown>] {
  const config = decodeConfig(JSON.stringify(recorded.config), cache.rules.shape)
  const platform = recorded.platform && readPlatform(recorded.platform)
  const [next, result] = probe(cache, recorded.parent || undefined, { config, platform })
  const failed =
    result.outcome === 'error' ? (result.code === 'panic' ? { panic: crash(result.text) } : { error: result.text }) : {}
  return [next, { result: result.outcome === 'hit' ? result.image : '', ...failed, state: stateOf(each, next.store) }]
}

function expected({ ids }: CacheCase, { result, error, panic, state, created = [] }: Outcome): Record<string, unknown> {
  const images = created.map(({ i, raw_b64 }) => `${ids[i]} ${raw_b64}`).sort()
  return {
    result,
    ...(error !== undefined && { error }),
    ...(panic !== undefined && { panic: crash(panic) }),
    state: sorted(state),
    created: images,
  }
}

/** FORMAT: of runtime errors only compare that it failed. */
function crash(text: string): string {
  return text.startsWith('panic: runtime error') ? 'panic: runtime error' : text
}

function stateOf({ ids }: CacheCase, store: ImageStore): string[] {
  const index = (id: string): number => ids.indexOf(id)
  const state = allImages(store).map((id) => {
    const parent = parentOf(store, id)
    return parent === undefined ? [index(id)] : [index(id), index(parent)]
  })
  return sorted(state as unknown as State)
}

function sorted(state: State): string[] {
  return state.map((entry) => entry.join(' < ')).sort()
}

function createdBetween(_: CacheCase, before: ImageStore, after: ImageStore): string[] {
  const known = new Set(allImages(before))
  const fresh = allImages(after).filter((id) => !known.has(id))
  return fresh.map((id) => `${id} ${toBase64(findRawImage(after, id)!)}`).sort()
}
