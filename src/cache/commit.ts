import { GoError, orGoError } from '../go/error.ts'
import type { Time } from '../go/time.ts'
import { encodeImage } from '../image/codec.ts'
import type { Config } from '../image/config.ts'
import type { Image, ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import { chainID, type DiffID, emptyDiffID, withLayer } from '../image/rootfs.ts'
import { type Failure, failure } from '../store/outcome.ts'
import { readImage } from '../store/read.ts'
import { type ImageStore, withExistingLayer } from '../store/store.ts'
import { createImage, markBuiltLocally, setParent } from '../store/write.ts'
import { type BuildCache, withStore } from './cache.ts'

/** A step that ran, and all that the builder could not know before: the caller says it, for nothing here has a clock or a disk. */
export interface ExecutedStep {
  readonly parent: ImageID | undefined
  /** The image's own config: the stage's, with its real Cmd. */
  readonly config: Config
  /** What the next build's probe is compared with: the step's config, after container creation has changed it (spec 8.7.1). */
  readonly containerConfig: Config
  readonly created: Time
  /** The layer that the step made; `undefined`, or the empty layer, for none. */
  readonly diffID?: DiffID | undefined
  /** MAINTAINER of the stage. */
  readonly author?: string
  /** Id of the container that ran; COPY and ADD have none. */
  readonly container?: string
  /** Of an image without parent. */
  readonly platform?: Platform
}

export type CommitResult = { readonly outcome: 'committed'; readonly image: ImageID } | Failure

/**
 * Makes the image of a step that ran, as the classic builder does (moby's NewChildImage and CommitImage, spec 8.7): created, linked to its parent, and marked as
 * built locally. The same step gives the same image.
 */
export function commit(cache: BuildCache, step: ExecutedStep): [next: BuildCache, result: CommitResult] {
  const parent = step.parent === undefined ? undefined : readImage(cache.store, step.parent)
  if (parent instanceof GoError) return [cache, failure(parent)]
  const { shape } = cache.rules
  const image = childImage(parent, step, shape.dockerVersion)
  const raw = orGoError(() => encodeImage(image, shape, 'sorted'))
  if (raw instanceof GoError) return [cache, failure(raw)]
  const [created, made] = createImage(withLayersOf(cache.store, image), raw)
  if (made.outcome === 'error') return [{ ...cache, store: created }, made]
  const [linked, link] = step.parent === undefined ? [created, undefined] : setParent(created, made.id, step.parent)
  if (link?.outcome === 'error') return [{ ...cache, store: linked }, link]
  const [store] = cache.rules.cache.builtLocally ? markBuiltLocally(linked, made.id) : [linked]
  return [withStore(cache, store), { outcome: 'committed', image: made.id }]
}

/** The layer that a step has made is there before its image is. */
function withLayersOf(store: ImageStore, { rootfs }: Image): ImageStore {
  const chain = store.missingLayers.size === 0 ? undefined : chainID(rootfs!)
  return chain === undefined ? store : withExistingLayer(store, chain)
}

function childImage(parent: Image | undefined, step: ExecutedStep, dockerVersion = ''): Image {
  const layer = step.diffID === emptyDiffID ? undefined : step.diffID
  const createdBy = (step.containerConfig.Cmd ?? []).join(' ')
  const {
    os = 'linux',
    architecture = 'amd64',
    variant = '',
    osVersion = '',
    osFeatures,
  } = parent ?? step.platform ?? {}
  return {
    id: '',
    comment: '',
    created: step.created,
    container: step.container ?? '',
    containerConfig: step.containerConfig,
    dockerVersion,
    author: step.author ?? '',
    config: step.config,
    architecture: architecture || 'amd64',
    variant,
    os: os || 'linux',
    size: 0,
    parent: '',
    rootfs: withLayer(parent?.rootfs, layer),
    history: [
      ...(parent?.history ?? []),
      { created: step.created, author: step.author ?? '', createdBy, comment: '', emptyLayer: layer === undefined },
    ],
    osVersion,
    osFeatures,
  }
}
