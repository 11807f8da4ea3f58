export type { Cause, CauseCode, FileAttribute } from './cause.ts'
export { type ExplainOptions, explain, type StepExplanation } from './explain.ts'
export { fixOf, sentenceOf } from './words.ts'
