import { GoError } from '../go/error.ts'
import { quote } from '../go/quote.ts'
import type { Config } from '../image/config.ts'
import type { Image, ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import { type Children, newerFirst, newestChild, noChildren, unreadableChildren } from '../store/children.ts'
import { hashStep } from '../store/config-hash.ts'
import type { Core } from '../store/core.ts'
import { indexedNode, nodeOf } from '../store/ids.ts'
import { type Failure, fail, failure } from '../store/outcome.ts'
import { readImage } from '../store/read.ts'
import { readNamedImage } from '../store/resolve.ts'
import { type ImageStore, withGeneration } from '../store/store.ts'
import { setParent } from '../store/write.ts'
import { sameConfig } from './compare.ts'
import { restore } from './restore.ts'
import type { RuleSet } from './rules.ts'
import {
  isAboveSource,
  makeSources,
  mayContinue,
  type Source,
  type Sources,
  sourcesOf,
  withNewLinks,
} from './sources.ts'
import { continues, isValidParent } from './valid-parent.ts'

/** What one stage of a build looks its steps up in: a store, the rules of a Docker generation, and the images that `--cache-from` named. A value. */
export interface BuildCache {
  readonly store: ImageStore
  readonly rules: RuleSet
  /** As given: each FROM resolves them anew, see `restartCache`. */
  readonly refs: readonly string[]
  /** `undefined`: no `--cache-from`, only the local images. No source at all is another thing: then everything misses. */
  readonly sources: Sources | undefined
}

/** What a step asks the cache by. */
export interface Step {
  /** Cmd holds the step: `['/bin/sh', '-c', '#(nop) ', 'ENV A=1']`. `undefined` is Go's nil. */
  readonly config: Config | undefined
  /** The builder's platform; asked since 23.0.10. */
  readonly platform?: Platform | undefined
}

/**
 * `parent-chain`: a local child of the parent. `source`: a `--cache-from` image itself, after its last step. `restored`: made from a source's history.
 */
export type ProbeResult =
  | { readonly outcome: 'hit'; readonly image: ImageID; readonly via: 'parent-chain' | 'source' | 'restored' }
  | { readonly outcome: 'miss' }
  | Failure

/** A text that `--cache-from` gave and that names no image, with the daemon's words. */
export interface UnknownReference {
  readonly reference: string
  readonly text: string
}

/**
 * Opens the cache of a build (moby's MakeImageCache, spec 5). Without refs it is the local cache. A ref that does not resolve is told and skipped, as the
 * daemon does; where none does, every probe misses. The store is run by the rules' generation from here on.
 */
export function cacheFrom(
  store: ImageStore,
  refs: readonly string[],
  rules: RuleSet,
): [cache: BuildCache, unknown: readonly UnknownReference[]] {
  const own = withGeneration(store, rules.shape)
  if (refs.length === 0) return [{ store: own, rules, refs, sources: undefined }, []]
  const found: Source[] = []
  const unknown: UnknownReference[] = []
  for (const reference of refs) {
    const source = lookUp(own, reference)
    if ('text' in source) unknown.push({ reference, text: source.text })
    else found.push(source)
  }
  return [{ store: own, rules, refs, sources: makeSources(own, found) }, unknown]
}

/** moby's GetImage. */
function lookUp(store: ImageStore, reference: string): Source | Failure {
  const named = readNamedImage(store, reference)
  if (named.outcome === 'error') return named
  const { id, image } = named
  return image instanceof GoError ? failure(image) : { id, image }
}

/** The cache as the next FROM finds it: sources resolved anew and no longer narrowed (spec 8.2). */
export function restartCache(cache: BuildCache): [cache: BuildCache, unknown: readonly UnknownReference[]] {
  return cacheFrom(cache.store, cache.refs, cache.rules)
}

/** The same cache over another store. */
export function withStore(cache: BuildCache, store: ImageStore): BuildCache {
  const own = withGeneration(store, cache.rules.shape)
  return { ...cache, store: own, sources: cache.sources && withNewLinks(own, cache.sources) }
}

/**
 * Looks one step up (moby's GetCache, image/cache/cache.go, spec 7.5). `parent` is the image of the step before; `undefined` after FROM scratch. A hit through
 * a source writes: the restored image, the source's new parent, the narrowing to one source; all of it is in `next`.
 */
export function probe(
  cache: BuildCache,
  parent: string | undefined,
  step: Step,
): [next: BuildCache, result: ProbeResult] {
  const local = newestChildMadeBy(cache, parent, step)
  if (local instanceof GoError) return [cache, failure(local)]
  const { sources } = cache
  if (local !== undefined && (sources === undefined || isAboveSource(sources, local.id)))
    return [cache, hit(local.id, 'parent-chain')]
  if (sources === undefined) return [cache, MISS]
  return probeSources(cache, sources, parent, step)
}

const MISS: ProbeResult = Object.freeze({ outcome: 'miss' })

function hit(image: ImageID, via: 'parent-chain' | 'source' | 'restored'): ProbeResult {
  return { outcome: 'hit', image, via }
}

/** moby's getLocalCachedImage (spec 7.1, 7.2). */
function newestChildMadeBy(
  cache: BuildCache,
  parent: string | undefined,
  { config, platform }: Step,
): Core | GoError | undefined {
  if (config === undefined && cache.rules.cache.builtLocally) return undefined
  const children = siblingsOf(cache.store, parent)
  const [unreadable] = unreadableChildren(children)
  if (unreadable !== undefined) return new GoError('unable-to-find-image', `unable to find image ${quote(unreadable)}`)
  if (config === undefined) return undefined
  const accept = (core: Core): boolean =>
    sameConfig(cache.rules.cache.compared, core.config, config) && canBeHit(cache, core, platform)
  const { exact, loose } = hashStep(config)
  const found = newestChild(children, exact, accept)
  if (loose === undefined) return found
  const other = newestChild(children, loose, accept)
  return newer(found, other)
}

/** The images that a step on `parent` could have given: its children, or all that have no parent. */
export function siblingsOf(store: ImageStore, parent: string | undefined): Children {
  return parent === undefined ? store.parentless : (indexedNode(store, parent)?.children ?? noChildren)
}

/** What releases since 23.0.10 ask of a candidate beside its config. */
function canBeHit({ rules, store }: BuildCache, core: Core, platform: Platform | undefined): boolean {
  if (rules.shape.createdNullable && core.created === undefined) return false
  if (!rules.cache.builtLocally) return true
  const theirs = core.platform
  return (
    nodeOf(store, core.id)!.builtLocally &&
    !!(theirs.os || theirs.architecture) &&
    (rules.platform === undefined || rules.platform(platform ?? {}, theirs, store.daemon.os))
  )
}

function newer(a: Core | undefined, b: Core | undefined): Core | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return newerFirst(a, b) <= 0 ? a : b
}

function probeSources(
  cache: BuildCache,
  sources: Sources,
  parent: string | undefined,
  step: Step,
): [BuildCache, ProbeResult] {
  const parentImage = parent === undefined ? undefined : readImage(cache.store, parent)
  if (parentImage instanceof GoError) {
    return [
      cache,
      parentImage.kind === 'panic'
        ? failure(parentImage)
        : fail(parentImage.kind, `unable to find image ${parent}: ${parentImage.message}`),
    ]
  }
  if (step.config === undefined) return [cache, probeNil(cache, sources, parentImage)]
  const source = firstSourceThatContinues(cache, sources, parentImage, step.config)
  if (source === undefined) return [cache, MISS]
  const at = parentImage?.history?.length ?? 0
  return at === source.image.history!.length - 1
    ? takeSource(cache, sources, source, parent)
    : takeStep(cache, source, parent, parentImage, step.config)
}

function firstSourceThatContinues(
  { rules }: BuildCache,
  sources: Sources,
  parent: Image | undefined,
  config: Config,
): Source | undefined {
  const createdBy = (config.Cmd ?? []).join(' ')
  return mayContinue(sources, parent?.history ?? [], createdBy).find(({ image }) =>
    continues(rules.cache, image, parent, createdBy),
  )
}

/** Go follows a nil config only once a source's history has matched, and crashes there. */
function probeNil({ rules }: BuildCache, sources: Sources, parent: Image | undefined): ProbeResult {
  const crashes = sourcesOf(sources).some(({ image }) => isValidParent(rules.cache, image, parent))
  return crashes ? fail('panic', 'panic: runtime error: invalid memory address or nil pointer dereference') : MISS
}

/** The step is the source's last one: the source itself is the answer, and becomes a child of the parent. */
function takeSource(
  cache: BuildCache,
  sources: Sources,
  { id }: Source,
  parent: string | undefined,
): [BuildCache, ProbeResult] {
  if (parent === undefined) return [cache, hit(id, 'source')]
  const [store, linked] = setParent(cache.store, id, parent)
  if (linked.outcome === 'error')
    return [{ ...cache, store }, fail(linked.code, `failed to set parent for ${id} to ${parent}: ${linked.text}`)]
  return [{ ...cache, store, sources: withNewLinks(store, sources) }, hit(id, 'source')]
}

/** An image of the parent and the source's step is made, and only that source is asked from here on. */
function takeStep(
  cache: BuildCache,
  source: Source,
  parent: string | undefined,
  parentImage: Image | undefined,
  config: Config,
): [BuildCache, ProbeResult] {
  const [store, restored] = restore(cache.store, cache.rules, { parent, parentImage, source, config })
  if (restored.outcome === 'error') {
    const text = `failed to restore cached image from ${quote(parent ?? '')} to ${source.id}: ${restored.text}`
    return [{ ...cache, store }, restored.code === 'panic' ? restored : fail(restored.code, text)]
  }
  return [{ ...cache, store, sources: makeSources(store, [source]) }, hit(restored.id, 'restored')]
}
