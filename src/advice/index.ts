export {
  type Advice,
  type AdviceRequest,
  advise,
  type BuildEdit,
  type EngineCost,
  type Saving,
  type Suggestion,
} from './advise.ts'
export type { SuggestionCode } from './suggestion.ts'
