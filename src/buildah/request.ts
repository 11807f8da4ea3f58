import type { Instruction } from '../dockerfile/instruction.ts'
import type { BuildRequest, BuildState } from '../dockerfile/request.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import type { Time } from '../go/time.ts'
import type { ImageID } from '../image/image.ts'
import type { DiffID } from '../image/rootfs.ts'
import type { Builder } from './content.ts'

/** The images of a store; `order` is that of `images.json`, which decides where several fit. Those not named follow, the oldest first. */
export interface StateWithOrder extends BuildState {
  readonly buildah?: { readonly order: readonly ImageID[] }
}

export interface BuildahRequest extends BuildRequest {
  /** `--layers`: the default here, as in `podman build`. `false`, the default of `buildah bud`: nothing is looked up. */
  readonly layers?: boolean
  /** `--cache-ttl` in seconds: images older than that at `now` are passed over. */
  readonly cacheTTL?: number
  readonly now?: Time
  /** The contents of the context's files. Absent: nobody knows them, and what depends on them is said to. */
  readonly contentOf?: (path: string) => Uint8Array | undefined
  /** Who builds. Default `root`. */
  readonly user?: Builder
  /** What a step gives that must run. Absent: it succeeds, and nobody knows what it wrote. */
  readonly runStep?: (step: StepToExecute) => StepExecuted
}

export interface StepToExecute {
  readonly stage: number
  /** In the stage, FROM being the first. */
  readonly number: number
  readonly instruction: Instruction['kind']
  readonly text: string
  readonly createdBy: string
  readonly parent: ImageID | undefined
  readonly parentCreated: Time | undefined
  /** The files it starts from, where they are known. */
  readonly files: SourceTree | undefined
  /** Environment, build arguments included. */
  readonly env: readonly string[]
  readonly directory: string
  /** Of COPY and ADD: expanded. */
  readonly copied?: {
    readonly sources: readonly string[]
    readonly destination: string
    /** The files of `--from`; `undefined` for the context. */
    readonly from: SourceTree | undefined
  }
}

/** `files`: what the image has then, where that is known. */
export type StepExecuted =
  | {
      readonly outcome: 'ran'
      readonly created: Time
      readonly diffID?: DiffID | undefined
      readonly files?: SourceTree | undefined
    }
  | { readonly outcome: 'error'; readonly text: string }
