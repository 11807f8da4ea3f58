import type { GoError, GoErrorKind } from '../go/error.ts'
import type { Config } from '../image/config.ts'
import type { ImageID } from '../image/image.ts'
import type { Position, Problem } from './instruction.ts'

/** What every engine answers. Plain data, JSON-safe: `docs/prediction.schema.json` describes it. */
export interface Prediction {
  readonly engine: string
  /**
   * `built`: every step has an image. `failed`: the build would end with `error`. `unparsed`: the Dockerfile has `problems`, and no step was looked at.
   */
  readonly outcome: 'built' | 'failed' | 'unparsed'
  /** The image that the build would end with. */
  readonly image?: ImageID | undefined
  readonly error?: BuildError | undefined
  readonly problems: readonly Problem[]
  /** In the daemon's words: unused build arguments, empty continuation lines. */
  readonly warnings: readonly string[]
  /** `--cache-from` texts that name no image, with the daemon's words. Each FROM asks anew; these are the first one's. */
  readonly unknownSources: readonly { readonly reference: string; readonly text: string }[]
  readonly stages: readonly PredictedStage[]
  readonly steps: readonly PredictedStep[]
  /** BuildKit's graph, each node after those it needs. */
  readonly vertices?: readonly PredictedVertex[]
  /** BuildKit: the vertex that the image is made of. */
  readonly result?: number | undefined
}

/** An operation of BuildKit's graph, by the digests that its keys are made of. */
export interface PredictedVertex {
  readonly kind: 'context' | 'source' | 'exec' | 'file' | 'merge'
  /** The instruction. */
  readonly text: string
  /** Of the operation without its inputs; empty for the context. */
  readonly digest: string
  /** The name of its key in exported caches. */
  readonly record: string
  /** The key that its result has, or will have. */
  readonly key?: string | undefined
  /** The vertex whose layers are below its own. */
  readonly base?: number | undefined
  /** Of FROM. */
  readonly image?: ImageID | undefined
  readonly inputs: readonly {
    /** Which vertex. */
    readonly vertex: number
    /** Digest of the paths that are read; empty for all. */
    readonly selector: string
    /** What is read, where its content counts. */
    readonly paths?: readonly string[] | undefined
    /** The key of what is read, where it was looked at. */
    readonly content?: string
  }[]
}

export interface PredictedStage {
  /** Lower-case; empty without `AS`. */
  readonly name: string
  /** The image its FROM gave; `undefined` is `scratch`. */
  readonly base?: ImageID | undefined
  readonly image?: ImageID | undefined
}

/**
 * `hit`: this image would be reused. `miss`: the cache was asked, and the step must run. `not-probed`: an earlier miss of the stage, or `--no-cache`, kept it from
 * being asked. `not-cacheable`: FROM, and ARG before it. `depends-on-output`: the answer needs files that nobody here knows. `error`: the build would fail here.
 */
export type StepStatus = 'hit' | 'miss' | 'not-probed' | 'not-cacheable' | 'depends-on-output' | 'error'

export interface PredictedStep {
  /** As the daemon counts: `Step number/of`. The triggers of a base image count with their FROM. */
  readonly number: number
  readonly of: number
  readonly stage: number | undefined
  /** Which ONBUILD trigger of the base image this is. */
  readonly trigger?: number | undefined
  readonly instruction: string
  /** As the daemon prints it. */
  readonly text: string
  /** Absent for what is not in the Dockerfile: triggers, and labels of `--label`. */
  readonly position?: Position | undefined
  readonly status: StepStatus
  /**
   * How a hit was found. BuildKit: `definition`, by what the steps say; `content`, by the files that the step reads; `unneeded`, a later step has hit, so that nobody
   * asked for this one, which is shown as cached.
   */
  readonly via?: 'parent-chain' | 'source' | 'restored' | 'definition' | 'content' | 'unneeded' | undefined
  /** BuildKit: why it must run. */
  readonly why?: 'input' | 'operation' | 'content' | 'result-gone' | 'ignored' | undefined
  /** The step whose output decides, for `depends-on-output`. */
  readonly dependsOn?: number | undefined
  /** BuildKit: which of the prediction's vertices it makes. */
  readonly vertex?: number | undefined
  /** BuildKit: the digest of the operation, without its inputs. */
  readonly digest?: string | undefined
  /** The image it starts from; absent after FROM scratch. */
  readonly parent?: ImageID | undefined
  /** The image it gives: reused, or of the step that ran. */
  readonly image?: ImageID | undefined
  /** What the cache is asked by. */
  readonly config?: Config | undefined
  /** Buildah: what the images are asked by. */
  readonly createdBy?: string | undefined
  /** For COPY and ADD: what its hash was made of. */
  readonly copied?: CopiedFiles | undefined
  readonly error?: BuildError | undefined
}

export interface CopiedFiles {
  /** Expanded. */
  readonly sources: readonly string[]
  readonly destination: string
  /** `file:…`, `dir:…` or `multi:…`, as in the step's comment. */
  readonly hash: string
  /** The image of `--from`. */
  readonly from?: ImageID | undefined
  /** The files are not known: the hash stands for them, and no real image has it. */
  readonly assumed: boolean
}

/** Why a build fails, in the daemon's words. */
export interface BuildError {
  readonly code: GoErrorKind
  readonly text: string
}

export function errorOf({ kind, message }: GoError): BuildError {
  return { code: kind, text: message }
}
