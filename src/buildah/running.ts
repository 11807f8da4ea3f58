import type { PredictedStep } from '../dockerfile/prediction.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import type { ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import type { ImageStore } from '../store/store.ts'
import type { SourceFiles } from './content.ts'
import type { Candidate } from './images.ts'
import type { BuildahRequest } from './request.ts'
import type { Reading, Stage } from './stage.ts'

/** One build while it goes on. Its fields that are no longer `readonly` are what the steps change; nobody outside this call sees it. */
export interface Build extends Reading {
  readonly request: BuildahRequest
  readonly context: SourceFiles
  /** ARG before the first FROM. */
  readonly heading: ReadonlyMap<string, string>
  /** Values that arguments have without being given. */
  readonly predefined: ReadonlyMap<string, string>
  readonly platform: Platform
  readonly bases: readonly string[]
  readonly of: number
  images: ImageStore
  /** The files of images that this build has made, where they are known. */
  readonly made: Map<ImageID, SourceTree>
  candidates: Candidate[]
  readonly steps: PredictedStep[]
  readonly stages: Stage[]
}
