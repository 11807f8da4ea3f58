import { GoError, orGoError } from '../go/error.ts'
import type { Time } from '../go/time.ts'
import { decodeImage, encodeImage } from '../image/codec.ts'
import type { Config } from '../image/config.ts'
import { type History, sameHistory } from '../image/history.ts'
import type { Image, ImageID } from '../image/image.ts'
import { type DiffID, withLayer } from '../image/rootfs.ts'
import { allImages, findImage } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import { createImage } from '../store/write.ts'
import type { StateWithOrder } from './request.ts'

/** An image that a step may be found in. */
export interface Candidate {
  readonly id: ImageID
  readonly image: Image
}

/** The images in the order of the look-up. */
export function candidatesOf({ images, buildah }: StateWithOrder): Candidate[] {
  const listed = buildah?.order ?? []
  const known = new Set(listed)
  const all = [...listed, ...allImages(images).filter((id) => !known.has(id))].flatMap((id): Candidate[] => {
    const image = findImage(images, id)
    return image === undefined ? [] : [{ id, image }]
  })
  const rest = all.slice(listed.length).sort((a, b) => instant(a.image.created) - instant(b.image.created))
  return [...all.slice(0, listed.length), ...rest]
}

const instant = (time: Time | undefined): number => (time === undefined ? 0 : time.seconds + time.nanos / 1e9)

/** What a step is looked up by. */
export interface Wanted {
  readonly parent: Image | undefined
  readonly createdBy: string
  readonly addsLayer: boolean
  /** Images made before are too old. */
  readonly since: number | undefined
}

/** The first image that is this very parent and one step more (imagebuildah's intermediateImageExists, rules 1). */
export function findChild(
  candidates: readonly Candidate[],
  { parent, createdBy, addsLayer, since }: Wanted,
): Candidate | undefined {
  const past = parent?.history ?? []
  const below = parent?.rootfs?.diffIDs ?? []
  return candidates.find(({ image }) => {
    const history = image.history ?? []
    const layers = image.rootfs?.diffIDs ?? []
    return (
      history.length === past.length + 1 &&
      history.at(-1)!.createdBy === createdBy &&
      layers.length === below.length + (addsLayer ? 1 : 0) &&
      past.every((entry, at) => sameHistory(entry, history[at]!)) &&
      below.every((layer, at) => layer === layers[at]) &&
      (since === undefined || instant(image.created) >= since)
    )
  })
}

/** A step that ran, on its way to an image. */
export interface Step {
  readonly createdBy: string
  readonly comment: string
  readonly created: Time
  readonly emptyLayer: boolean
}

const NEW_IMAGE = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}'

/** The image of what has run on `parent`: as much of it as look-ups read. */
export function commitImage(
  store: ImageStore,
  parent: Image | undefined,
  config: Config,
  steps: readonly Step[],
  layer: DiffID | undefined,
): [next: ImageStore, made: Candidate] {
  const { generation } = store.daemon
  const base = parent ?? decodeImage(NEW_IMAGE, generation)
  const entries = steps.map((step): History => ({ ...step, author: '' }))
  const image: Image = {
    ...base,
    created: steps.at(-1)?.created ?? base.created,
    config,
    containerConfig: {},
    history: [...(base.history ?? []), ...entries],
    rootfs: withLayer(base.rootfs, layer),
  }
  const raw = orGoError(() => encodeImage(image, generation, 'sorted'))
  if (raw instanceof GoError) throw raw
  const [next, made] = createImage(store, raw)
  if (made.outcome === 'error') throw new GoError('executed', made.text)
  return [next, { id: made.id, image }]
}
