import { GoError } from '../go/error.ts'
import type { Time } from '../go/time.ts'
import type { Config } from '../image/config.ts'
import type { ImageID } from '../image/image.ts'
import { acceptsPlatform, type Platform } from '../image/platform.ts'
import { newerFirst, readableChildren } from '../store/children.ts'
import type { Core } from '../store/core.ts'
import { nodeOf } from '../store/ids.ts'
import { readImage } from '../store/read.ts'
import { type BuildCache, type Step, siblingsOf } from './cache.ts'
import { allDifferences, type FieldDifference } from './compare.ts'
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
  const sources = cache.sources?.list ?? []
  return {
    siblings: siblings.slice(0, limit),
    moreSiblings: Math.max(0, siblings.length - limit),
    sources: cache.sources && sourceReasons(cache, parent, step.config ?? {}, limit),
    moreSources: Math.max(0, sources.length - limit),
    parentUnknown: parent !== undefined && nodeOf(cache.store, parent) === undefined,
  }
}

function siblingReasons(cache: BuildCache, parent: string | undefined, step: Step): SiblingReason[] {
  const judged = Array.from(readableChildren(siblingsOf(cache.store, parent)), (core) => ({
    core,
    refused: siblingRefusal(cache, core, step),
  }))
  judged.sort((a, b) => distance(a.refused) - distance(b.refused) || newerFirst(a.core, b.core))
  return judged.map(({ core, refused }) => ({ image: core.id, created: core.created, refused }))
}

/** moby's order since 25.0: built here, platform, config, created. Before, only the config is asked. */
function siblingRefusal(cache: BuildCache, core: Core, { config = {}, platform = {} }: Step): SiblingRefusal {
  const { rules, store } = cache
  const { id } = core
  const theirs = core.platform
  if (rules.cache.builtLocally) {
    if (!nodeOf(store, id)!.builtLocally) return { rule: 'not-built-locally' }
    if (!theirs.os && !theirs.architecture) return { rule: 'no-platform' }
    if (!acceptsPlatform(rules.platform, platform, theirs, store.daemon.os))
      return { rule: 'platform', image: theirs, step: platform }
  }
  const differences = allDifferences(rules.cache.compared, core.config, config)
  if (differences.length > 0) return { rule: 'config', differences }
  if (rules.shape.createdNullable && core.created === undefined) return { rule: 'no-created' }
  return cache.sources !== undefined && !cache.sources.ancestors.has(id)
    ? { rule: 'not-above-a-source' }
    : { rule: 'older' }
}

/** How far from a hit: a matching image is nearest, then those with the fewest fields to change. */
function distance(refused: SiblingRefusal): number {
  if (refused.rule === 'config') return refused.differences.length
  return refused.rule === 'not-above-a-source' || refused.rule === 'older' || refused.rule === 'no-created' ? 0 : 0.5
}

function sourceReasons(
  { rules, store, sources }: BuildCache,
  parent: string | undefined,
  config: Config,
  limit: number,
): SourceReason[] {
  const parentImage = parent === undefined ? undefined : readImage(store, parent)
  if (parentImage instanceof GoError) return []
  const createdBy = (config.Cmd ?? []).join(' ')
  return sources!.list
    .flatMap(({ id, image }) => reasonOf(id, sourceRefusal(rules.cache, image, parentImage, createdBy)))
    .slice(0, limit)
}

function reasonOf(image: ImageID, refused: SourceRefusal | undefined): SourceReason[] {
  return refused === undefined ? [] : [{ image, refused }]
}
