import type { BuildCache } from '../cache/cache.ts'
import type { Escape } from '../dockerfile/lines.ts'
import type { Stage as ParsedStage } from '../dockerfile/parse.ts'
import type { PredictedStage, PredictedStep } from '../dockerfile/prediction.ts'
import type { BuildRequest } from '../dockerfile/request.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import type { ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import type { ClassicBuilder } from './builder.ts'
import type { StepInstruction } from './instructions.ts'

/** One build while it goes on. Its fields that are no longer `readonly` are what the steps change; nobody outside this call sees it. */
export interface Build {
  readonly builder: ClassicBuilder
  readonly request: BuildRequest
  readonly context: SourceTree
  /** Where the builder runs. */
  readonly host: Platform
  /** Of `--platform`. */
  readonly platform: Platform | undefined
  readonly escape: Escape
  /** How many steps the daemon counts. */
  readonly of: number
  number: number
  cache: BuildCache
  /** A step has missed, so the next ones are not looked up. */
  missed: boolean
  /** The images that have been mounted, see `mount`. */
  readonly mounted: Set<ImageID>
  readonly steps: PredictedStep[]
  readonly stages: FinishedStage[]
}

export interface FinishedStage extends PredictedStage {
  /** Its image depends on files that nobody here knows. */
  readonly undecided: boolean
}

/** A stage with the labels of `--label` among its instructions. */
export type StageToRun = Omit<ParsedStage, 'instructions'> & { readonly instructions: readonly StepInstruction[] }
