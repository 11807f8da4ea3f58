import { type Digest, digestOf } from '../digest/digest.ts'
import { writeGoString } from '../go/text.ts'

/** Digest of a layer's uncompressed tar. Go takes any string from JSON here, and so does `RootFS`. */
export type DiffID = Digest<'diff'>

/** Name of a stack of layers. */
export type ChainID = Digest<'chain'>

/** The layers an image is made of, lowest first. */
export interface RootFS {
  /** `layers`; not checked, as in moby. */
  readonly type: string
  /** `undefined` is Go's nil. */
  readonly diffIDs: readonly DiffID[] | undefined
}

/** The layer that changes nothing: 1 024 zero bytes, two empty tar blocks. */
export const emptyDiffID = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef' as DiffID

/**
 * Name of the whole stack; `undefined` when there are no layers (FROM scratch).
 * moby's layer.CreateChainID starts anew for as long as the name is empty, so leading empty ids are skipped (spec 4).
 */
export function chainID({ diffIDs }: Pick<RootFS, 'diffIDs'>): ChainID | undefined {
  let chain = ''
  for (const diffID of diffIDs ?? []) chain = chain === '' ? diffID : digestOf(writeGoString(`${chain} ${diffID}`))
  return chain === '' ? undefined : (chain as ChainID)
}

/** Whether there is a stack to name: `chainID` without the hashing. */
export function hasLayers({ diffIDs }: Pick<RootFS, 'diffIDs'>): boolean {
  return (diffIDs ?? []).some((diffID) => diffID !== '')
}

/** The layers of `below` and one more; the same when the step added none. A new image has `layers` for its type. */
export function withLayer(below: RootFS | undefined, layer: DiffID | undefined): RootFS {
  const { type, diffIDs } = below ?? { type: 'layers', diffIDs: undefined }
  return { type, diffIDs: layer === undefined ? diffIDs : [...(diffIDs ?? []), layer] }
}
