import { GoError } from '../go/error.ts'
import type { Time } from '../go/time.ts'
import type { Config } from '../image/config.ts'
import type { ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import { newerFirst, readableChildren } from '../store/children.ts'
import type { Core } from '../store/core.ts'
import { nodeOf } from '../store/ids.ts'
import { readImage } from '../store/read.ts'
import { type BuildCache, type Step, siblingsOf } from './cache.ts'
import { allDifferences, type FieldDifference } from './compare.ts'
import { isAboveSource, type Source, sourcesOf } from './sources.ts'
import { type SourceRefusal, sourceRefusal } from './valid-parent.ts'

/** Why a local image was not the answer: the first rule that refused it, in the order in which the daemon asks. */
export type SiblingRefusal =
  | { readonly rule: 'not-built-locally' }
  | { readonly rule: 'no-platform' }
  | { readonly rule: 'platform'; readonly image: Platform; readonly step: Platform }
  /** All that differs, in the order of moby's comparison; the first one is what refused it. */
  | { readonly rule: 'config'; readonly differences: readonly FieldDifference[] }
  | { readonly rule: 'no-created' }
  /** It matched, and is above none of the `--cache-from` sources (spec 7.5). */
  | { readonly rule: 'not-above-a-source' }
  /** It matched, and another that is newer, or as new with a smaller id, is the answer. */
  | { readonly rule: 'older' }

export interface SiblingReason {
  readonly image: ImageID
  readonly created: Time | undefined
  readonly refused: SiblingRefusal
}

export interface SourceReason {
  readonly image: ImageID
  readonly refused: SourceRefusal
}

/** Why a probe missed. Each list is cut at the limit, with the count of the rest. */
export interface Reasons {
  /** Local images that share the parent, those nearest to the step first, and of equally near ones the newest. */
  readonly siblings: readonly SiblingReason[]
  readonly moreSiblings: number
  /** `--cache-from` images in their order; `undefined` where none was asked for. */
  readonly sources: readonly SourceReason[] | undefined
  readonly moreSources: number
  /** The parent is not in the store: nothing can be its child. */
  readonly parentUnknown: boolean
}

/** How many candidates of each kind are told without a limit of one's own. */
const LIMIT = 10

/**
 * Why the step is no hit: for each candidate the rule that refused it and the two values. Looks at every sibling, so ask it of misses only; the probe itself
 * does not.
 */
export function reasonsFor(
  cache: BuildCache,
  parent: string | undefined,
  step: Step,
  options: { readonly limit?: number } = {},
): Reasons {
  const limit = options.limit ?? LIMIT
  const siblings = siblingReasons(cache, parent, step)
  const sources = cache.sources === undefined ? [] : sourcesOf(cache.sources)
  return {
    siblings: siblings.slice(0, limit),
    moreSiblings: Math.max(0, siblings.length - limit),
    sources: cache.sources && sourceReasons(cache, sources, parent, step.config ?? {}).slice(0, limit),
    moreSources: Math.max(0, sources.length - limit),
    parentUnknown: parent !== undefined && nodeOf(cache.store, parent) === undefined,
  }
}

function siblingReasons(cache: BuildCache, parent: string | undefined, step: Step): SiblingReason[] {
  const judged = Array.from(readableChildren(siblingsOf(cache.store, parent)), (core) => {
    const differences = allDifferences(cache.rules.cache.compared, core.config, step.config ?? {})
    const refused = siblingRefusal(cache, core, step.platform ?? {}, differences)
    // Whatever refused it first, an image is near when few fields differ; one that is kept out for another reason comes after its equals.
    const distance = differences.length + (EXCLUDES.includes(refused.rule) ? 0.5 : 0)
    return { core, refused, distance }
  })
  judged.sort((a, b) => a.distance - b.distance || newerFirst(a.core, b.core))
  return judged.map(({ core, refused }) => ({ image: core.id, created: core.created, refused }))
}

/** The refusals that no change of the step's config would lift. */
const EXCLUDES: readonly SiblingRefusal['rule'][] = ['not-built-locally', 'no-platform', 'platform']

/** moby's order since 25.0: built here, platform, config, created. Before, only the config is asked. */
function siblingRefusal(
  { rules, store, sources }: BuildCache,
  { id, created, platform: theirs }: Core,
  platform: Platform,
  differences: readonly FieldDifference[],
): SiblingRefusal {
  if (rules.cache.builtLocally) {
    if (!nodeOf(store, id)!.builtLocally) return { rule: 'not-built-locally' }
    if (!theirs.os && !theirs.architecture) return { rule: 'no-platform' }
    const accepted = rules.platform === undefined || rules.platform(platform, theirs, store.daemon.os)
    if (!accepted) return { rule: 'platform', image: theirs, step: platform }
  }
  if (differences.length > 0) return { rule: 'config', differences }
  if (rules.shape.createdNullable && created === undefined) return { rule: 'no-created' }
  return sources !== undefined && !isAboveSource(sources, id) ? { rule: 'not-above-a-source' } : { rule: 'older' }
}

function sourceReasons(
  { rules, store }: BuildCache,
  sources: readonly Source[],
  parent: string | undefined,
  config: Config,
): SourceReason[] {
  const parentImage = parent === undefined ? undefined : readImage(store, parent)
  if (parentImage instanceof GoError) return []
  const createdBy = (config.Cmd ?? []).join(' ')
  return sources.flatMap(({ id, image }) => {
    const refused = sourceRefusal(rules.cache, image, parentImage, createdBy)
    return refused === undefined ? [] : [{ image: id, refused }]
  })
}
