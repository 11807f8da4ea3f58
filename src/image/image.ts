import type { Digest } from '../digest/digest.ts'
import type { Int64 } from '../go/struct.ts'
import type { Time } from '../go/time.ts'
import type { Config } from './config.ts'
import type { History } from './history.ts'
import type { RootFS } from './rootfs.ts'

/** Digest of the raw bytes of an image's config. */
export type ImageID = Digest<'image'>

/** An image's config as decoded: moby's image.Image (spec 1.6). Empty text is absence; `undefined` is Go's nil. */
export interface Image {
  /** The id of Docker's first image format, not the ImageID. */
  readonly id: string
  readonly comment: string
  /** `undefined` only since 25.0; before, an absent time is Go's zero time. */
  readonly created: Time | undefined
  readonly container: string
  /** What the step that made the image was compared by. */
  readonly containerConfig: Config
  readonly dockerVersion: string
  readonly author: string
  readonly config: Config | undefined
  readonly architecture: string
  readonly variant: string
  readonly os: string
  readonly size: Int64
  /** As written in the text; the store's own parent links are `parentOf`. */
  readonly parent: string
  readonly rootfs: RootFS | undefined
  readonly history: readonly History[] | undefined
  readonly osVersion: string
  readonly osFeatures: readonly string[] | undefined
}
