import { type BuildCache, cacheFrom } from '../cache/cache.ts'
import { allDifferences, type FieldDifference } from '../cache/compare.ts'
import { type Reasons, reasonsFor, type SiblingReason, type SourceReason } from '../cache/reasons.ts'
import type { ClassicBuilder } from '../classic/builder.ts'
import type { BuildContext } from '../dockerfile/context.ts'
import type { PredictedStep } from '../dockerfile/prediction.ts'
import { type BuildRequest, type BuildState, platformsOf } from '../dockerfile/request.ts'
import { hashSources } from '../dockerfile/sources.ts'
import { treeOf } from '../dockerfile/tree.ts'
import type { Config } from '../image/config.ts'
import type { History } from '../image/history.ts'
import type { Image, ImageID } from '../image/image.ts'
import { type Platform, platformText } from '../image/platform.ts'
import { allImages, findImage, getImage, hasImage, parentOf } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import type { Cause } from './cause.ts'
import { causeOfCreatedBy, causeOfDifferences } from './compare-steps.ts'
import { causeInFiles } from './files.ts'
import { readStepText } from './step-text.ts'

/** All that a cause is looked for in. */
export interface Scene {
  readonly before: BuildState
  readonly after: BuildState
  readonly request: BuildRequest
  readonly builder: ClassicBuilder
  /** Images that this very build would make: no candidates. */
  readonly made: ReadonlySet<string>
  /** The context of the build before, where it is known. */
  readonly previousContext: BuildContext | undefined
}

/** Why the cache had no answer for a step that it was asked about. */
export function causeOfMiss(scene: Scene, step: PredictedStep): Cause {
  const { cacheFrom: refs = [] } = scene.request
  const store =
    step.parent === undefined || hasImage(scene.before.images, step.parent) ? scene.before.images : scene.after.images
  const [cache, unknown] = cacheFrom(store, refs, scene.builder.rules)
  const { host, platform = host } = platformsOf(scene.request)
  const reasons = reasonsFor(cache, step.parent, { config: step.config, platform }, { limit: CANDIDATES })
  if (refs.length > 0 && unknown.length === refs.length) return { code: 'no-source-found', name: refs.join(' ') }
  const siblings = reasons.siblings.filter(({ image }) => !scene.made.has(image))
  const { config = {} } = step
  const nearest = nearestOf(candidatesOf(cache, siblings, config), config)
  const fromSource = causeInSources(cache, reasons.sources ?? [], step)
  const local = nearest && { ...causeOfCandidate(nearest, config, platform), image: nearest.image }
  const cause = local === undefined || (fromSource !== undefined && local.code === 'instruction') ? fromSource : local
  if (cause === undefined) return elsewhere(store, step)
  const file = cause.code === 'files' ? fileBehind(scene, step) : undefined
  return file === undefined ? cause : { ...file, ...(cause.image && { image: cause.image }) }
}

const CANDIDATES = 50

/** A local image that a step made, and how that step differs from the one asked for, whatever refused the image first. */
interface Candidate extends SiblingReason {
  readonly restored: boolean
  readonly stored: Config
  readonly differences: readonly FieldDifference[]
}

function candidatesOf({ store, rules }: BuildCache, siblings: Reasons['siblings'], config: Config): Candidate[] {
  const candidates = siblings.flatMap((sibling) => {
    const image = getImage(store, sibling.image)
    const restored = isRestored(image)
    const stored = (restored && image.config) || image.containerConfig
    if (config.Cmd?.length && !stored.Cmd?.length) return []
    return { ...sibling, restored, stored, differences: allDifferences(rules.cache.compared, stored, config) }
  })
  return candidates.sort((a, b) => a.differences.length - b.differences.length)
}

/** A restored image has no container config, and in its own one the step's command. */
function isRestored({ containerConfig, config, history }: Image): boolean {
  const createdBy = history?.at(-1)?.createdBy
  return !containerConfig.Cmd?.length && !!createdBy && config?.Cmd?.join(' ') === createdBy
}

/** Of the candidates with the fewest differences, one that did the same kind of thing. */
function nearestOf(candidates: readonly Candidate[], config: Config): Candidate | undefined {
  const kindOf = ({ Cmd = [] }: Config): string => readStepText(Cmd).instruction
  const wanted = kindOf(config)
  const sameKind = candidates.find(({ stored, differences }) => differences.length === 0 || kindOf(stored) === wanted)
  return sameKind ?? candidates[0]
}

function causeOfCandidate(candidate: Candidate, config: Config, platform: Platform): Cause {
  const { refused, restored, stored, differences } = candidate
  if (differences.length > 0) return causeOfDifferences(differences, stored, config)
  if (restored || refused.rule === 'config') return { code: 'restored-image' }
  switch (refused.rule) {
    case 'platform':
      return { code: 'platform', was: platformText(refused.image), now: platformText(refused.step) }
    case 'no-platform':
      return { code: 'platform', was: 'no platform', now: platformText(platform) }
    case 'older': // it is above a source, but the build asks no longer of all of them
      return { code: 'other-source' }
    case 'no-created':
    case 'not-built-locally':
    case 'not-above-a-source':
      return { code: refused.rule }
  }
}

/** The source that follows the build the longest has the word. */
function causeInSources(cache: BuildCache, sources: readonly SourceReason[], step: PredictedStep): Cause | undefined {
  const [nearest] = [...sources].sort((a, b) => depth(b) - depth(a))
  if (nearest === undefined) return undefined
  const { image, refused } = nearest
  const source = findImage(cache.store, image)
  const foreign = source && foreignText(source, step)
  if (foreign !== undefined) return { code: 'foreign-history', image, was: foreign }
  switch (refused.rule) {
    case 'created-by':
      return { ...causeOfCreatedBy(refused.source, refused.step), image }
    case 'history-too-short':
    case 'no-history':
      return { code: 'source-too-short', image }
    case 'layers':
      return { code: refused.source === refused.parent ? 'trailing-metadata' : 'source-layers', image }
    case 'layer':
      return { code: 'source-layers', image, was: refused.source ?? '', now: refused.parent }
    case 'history':
      return causeOfHistory(image, refused.source as History, refused.parent as History)
  }
}

function depth({ refused }: SourceReason): number {
  if (refused.rule === 'created-by') return Number.MAX_SAFE_INTEGER
  return 'index' in refused ? refused.index : 0
}

function causeOfHistory(image: ImageID, source: History, parent: History): Cause {
  const [a, b] = [source.created, parent.created]
  const sameInstant = a !== undefined && b !== undefined && a.seconds === b.seconds && a.nanos === b.nanos
  if (sameInstant && a.zone !== b.zone && source.createdBy === parent.createdBy) return { code: 'time-zone', image }
  return { code: 'source-history', image, was: source.createdBy, now: parent.createdBy }
}

/** Histories that BuildKit and Buildah wrote: their steps are told in other words, so that none is ever the same. */
function foreignText({ history = [] }: Image, { config }: PredictedStep): string | undefined {
  const classic = readStepText(config?.Cmd ?? [])
  const foreign = history.findLast(
    ({ createdBy, comment }) => comment.startsWith('buildkit.') || / # buildkit$/.test(createdBy),
  )
  if (foreign !== undefined) return 'BuildKit'
  const buildah = history.findLast(
    ({ createdBy }) => /^\/bin\/sh -c #\(nop\) [A-Z]/.test(createdBy) && !ONE_WORD.test(createdBy),
  )
  return buildah !== undefined && classic.instruction !== '' ? 'Buildah' : undefined
}

/** The comments that the classic builder too writes with one blank. */
const ONE_WORD = /#\(nop\) (?:COPY|ADD|WORKDIR) /

/** Nothing was built on this parent. Was the same step built on another one? */
function elsewhere(store: ImageStore, { config, parent }: PredictedStep): Cause {
  const wanted = (config?.Cmd ?? []).join('\0')
  for (const id of allImages(store)) {
    if (parentOf(store, id) === parent) continue
    if ((findImage(store, id)?.containerConfig.Cmd ?? []).join('\0') !== wanted) continue
    return { code: 'other-parent', image: id, was: parentOf(store, id) ?? 'no parent', now: parent ?? 'scratch' }
  }
  return { code: 'nothing-built-here', now: parent ?? 'scratch' }
}

/** Which file, where both contexts are known. */
function fileBehind({ request, previousContext }: Scene, { copied, instruction }: PredictedStep): Cause | undefined {
  if (previousContext === undefined || request.context === undefined || copied === undefined || 'from' in copied)
    return undefined
  const step = { instruction: instruction as 'COPY' | 'ADD', sources: copied.sources, destination: copied.destination }
  const paths = [previousContext, request.context].flatMap((context) => {
    const hashed = hashSources(treeOf(context, request.dockerfilePath), step, { linksInDirectories: 'followed' })
    return hashed.outcome === 'hash' ? hashed.paths : []
  })
  return causeInFiles(previousContext, request.context, paths)
}
