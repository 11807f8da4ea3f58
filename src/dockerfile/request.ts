import type { Time } from '../go/time.ts'
import type { ImageID } from '../image/image.ts'
import { parsePlatform } from '../image/parse-platform.ts'
import type { Platform } from '../image/platform.ts'
import type { DiffID } from '../image/rootfs.ts'
import type { ImageStore } from '../store/store.ts'
import type { BuildContext } from './context.ts'
import type { Dockerfile } from './parse.ts'
import type { SourceTree } from './tree.ts'

/** What a builder has before a build and after it. */
export interface BuildState {
  readonly images: ImageStore
}

/** What a build is asked for, under the names of `docker build`. */
export interface BuildRequest {
  /** Its text; or the file as `parseDockerfile` has read it by the engine's own grammar, which saves reading it again. */
  readonly dockerfile: string | Dockerfile
  /** Where it is in the context. */
  readonly dockerfilePath?: string
  /** Absent: an empty one. */
  readonly context?: BuildContext
  /** `null`: named without a value, which counts as not given. */
  readonly buildArgs?: Readonly<Record<string, string | null>>
  readonly labels?: Readonly<Record<string, string>>
  readonly target?: string
  /** `linux/arm64`. */
  readonly platform?: string
  readonly noCache?: boolean
  readonly cacheFrom?: readonly string[]
  /** Where the builder runs; `linux/amd64` when absent. */
  readonly host?: Platform
  /** What a step gives that must run. Absent: a simulation that always succeeds (`simulateStep`). */
  readonly run?: (step: StepToRun) => StepRun
  /** The files of an image, for `COPY --from`. */
  readonly files?: (image: ImageID) => SourceTree | undefined
  /** The hash of what each `ADD <url>` would download, see `hashDownload`. */
  readonly downloads?: Readonly<Record<string, string>>
  /** What the registry says when an image is not in the store. */
  readonly registry?: (reference: string) => string | undefined
}

/** A step that no cache answers. */
export interface StepToRun {
  readonly number: number
  /** Which ONBUILD trigger of the base image it is. */
  readonly trigger?: number | undefined
  readonly instruction: string
  readonly parent: ImageID | undefined
  readonly parentCreated: Time | undefined
  /** The step's Cmd, joined by blanks: the `created_by` of its history. */
  readonly createdBy: string
}

/** `diffID`: the layer that the step made, absent for none. `container`: not for COPY and ADD. */
export type StepRun =
  | {
      readonly outcome: 'ran'
      readonly created: Time
      readonly container?: string
      readonly diffID?: DiffID | undefined
    }
  | { readonly outcome: 'error'; readonly text: string }

const DEFAULT_HOST: Platform = { os: 'linux', architecture: 'amd64' }

/** Where the builder runs, and what `--platform` asks for. Throws an `instruction` GoError where that is no platform. */
export function platformsOf({ host = DEFAULT_HOST, platform }: Pick<BuildRequest, 'host' | 'platform'>): {
  readonly host: Platform
  readonly platform: Platform | undefined
} {
  return { host, platform: platform ? parsePlatform(platform, host) : undefined }
}
