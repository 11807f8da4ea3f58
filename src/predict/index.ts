export type { ClassicBuilder } from '../classic/builder.ts'
export { simulateStep } from '../classic/simulate.ts'
export type {
  BuildError,
  CopiedFiles,
  PredictedStage,
  PredictedStep,
  Prediction,
  StepStatus,
} from '../dockerfile/prediction.ts'
export type { BuildRequest, BuildState, StepRun, StepToRun } from '../dockerfile/request.ts'
export { type EngineName, engines, isEngineName } from './engines.ts'
export { type PredictionRequest, predict, whatIf } from './predict.ts'
