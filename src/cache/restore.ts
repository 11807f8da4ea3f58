import { GoError, orGoError } from '../go/error.ts'
import { encodeImage } from '../image/codec.ts'
import type { Config } from '../image/config.ts'
import type { Image, ImageID } from '../image/image.ts'
import { type DiffID, withLayer } from '../image/rootfs.ts'
import { type Failure, fail } from '../store/outcome.ts'
import type { ImageStore } from '../store/store.ts'
import { createImage, setParent } from '../store/write.ts'
import type { RuleSet } from './rules.ts'
import type { Source } from './sources.ts'

/** From what an image is restored: the source's first step that the parent does not have, and the config that the probe asked by. */
export interface Restoration {
  readonly parent: string | undefined
  readonly parentImage: Image | undefined
  readonly source: Source
  readonly config: Config
}

export type RestoreResult = { readonly outcome: 'restored'; readonly id: ImageID } | Failure

/**
 * Makes the image that a source had after one more step than the parent (moby's restoreCachedImage, spec 7.8): the parent's layers and history and the source's next
 * of each, with the config as probed (moby#37273) and no container config. The same parts give the same bytes.
 */
export function restore(
  store: ImageStore,
  rules: RuleSet,
  from: Restoration,
): [next: ImageStore, result: RestoreResult] {
  const raw = orGoError(() => encodeImage(restoredImage(rules, from), rules.shape, rules.shape.restoredKeys))
  if (raw instanceof GoError) {
    if (raw.kind === 'panic') return [store, fail('panic', raw.message)]
    return [
      store,
      fail(
        raw.kind,
        `${rules.cache.restoreError === 'source' ? '' : 'failed to create cache image: '}failed to marshal image config: ${raw.message}`,
      ),
    ]
  }
  const [created, made] = createImage(store, raw)
  if (made.outcome === 'error')
    return [created, fail(made.code, made.code === 'panic' ? made.text : `failed to create cache image: ${made.text}`)]
  if (from.parent === undefined) return [created, { outcome: 'restored', id: made.id }]
  const [next, linked] = setParent(created, made.id, from.parent)
  if (linked.outcome === 'error') return [next, fail(linked.code, linkText(rules, from, made.id, linked.text))]
  return [next, { outcome: 'restored', id: made.id }]
}

/** Until 25.0 the text names the source, not the image that was made. */
function linkText({ cache }: RuleSet, { source, parent }: Restoration, made: ImageID, cause: string): string {
  if (cache.restoreError === 'source') return `failed to set parent for ${source.id} to ${parent}: ${cause}`
  return `failed to create cache image: failed to set parent for ${made} to ${parent}: ${cause}`
}

function restoredImage({ shape }: RuleSet, { parentImage, source, config }: Restoration): Image {
  const { author, architecture, os, osVersion, osFeatures, history } = source.image
  const before = parentImage?.history ?? []
  const entry = history![before.length]!
  return {
    id: '',
    comment: '',
    created: entry.created,
    container: '',
    containerConfig: {},
    dockerVersion: shape.dockerVersion ?? '',
    author,
    config,
    architecture,
    variant: '', // the real code does not copy it
    os,
    size: 0,
    parent: '',
    rootfs: withLayer(parentImage?.rootfs, layerOf(source.image, before.length)),
    history: [...before, entry],
    osVersion,
    osFeatures,
  }
}

/** The layer of one step (moby's getLayerForHistoryIndex, spec 7.7); `undefined` when it added none. Go crashes where the history promises more layers than there are. */
function layerOf({ history, rootfs }: Image, index: number): DiffID | undefined {
  if (history![index]!.emptyLayer) return undefined
  const layers = rootfs?.diffIDs ?? []
  const at = history!.slice(0, index).filter(({ emptyLayer }) => !emptyLayer).length
  const layer = layers[at]
  if (layer === undefined)
    throw new GoError('panic', `panic: runtime error: index out of range [${at}] with length ${layers.length}`)
  return layer || undefined // moby takes an empty one for none
}
