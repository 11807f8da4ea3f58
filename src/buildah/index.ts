export { buildBuildah, grammarBuildah } from './build.ts'
export { type Builder, type Copied, contentSummary, type SourceFiles } from './content.ts'
export type { BuildahRequest, StateWithOrder, StepExecuted, StepToExecute } from './request.ts'
