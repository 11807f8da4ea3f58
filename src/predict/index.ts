export type { BuildahRequest, StateWithOrder, StepExecuted, StepToExecute } from '../buildah/request.ts'
export { pruneBuildkit } from '../buildkit/build.ts'
export { type CacheRecord, readCacheConfig, readInlineCache } from '../buildkit/inline.ts'
export type {
  BuildkitBuilder,
  BuildkitRequest,
  BuildkitState,
  OperationRun,
  OperationToRun,
  StateWithKeys,
} from '../buildkit/request.ts'
export { buildClassic } from '../classic/build.ts'
export type { ClassicBuilder } from '../classic/builder.ts'
export {
  classic1_13,
  classic17_03,
  classic23_0_10,
  classic24_0_9,
  classic25,
  classic25_0_0,
  classic26,
  classic29,
  classic29_5,
} from '../classic/engines.ts'
export { simulateStep } from '../classic/simulate.ts'
export type {
  BuildError,
  CopiedFiles,
  PredictedStage,
  PredictedStep,
  PredictedVertex,
  Prediction,
  StepStatus,
} from '../dockerfile/prediction.ts'
export type { BuildRequest, BuildState, StepRun, StepToRun } from '../dockerfile/request.ts'
export {
  type BuildkitName,
  buildkits,
  type ClassicName,
  type EngineName,
  engineNames,
  engines,
  grammarOf,
  isClassicName,
  isEngineName,
} from './engines.ts'
export { type EngineRequest, type EngineState, type PredictionRequest, predict, whatIf } from './predict.ts'
