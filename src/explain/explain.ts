import type { BuildContext } from '../dockerfile/context.ts'
import type { PredictedStep, Prediction, StepStatus } from '../dockerfile/prediction.ts'
import { isClassicName } from '../predict/engines.ts'
import type { EngineState, PredictionRequest } from '../predict/predict.ts'
import { builderOf } from '../predict/predict.ts'
import { hasImage } from '../store/read.ts'
import type { Cause } from './cause.ts'
import { causeOfMiss, type Scene } from './find-cause.ts'
import { causeInOtherEngine } from './other-engines.ts'
import { fixOf, sentenceOf } from './words.ts'

/** Why one step is no hit. */
export interface StepExplanation {
  readonly step: PredictedStep
  readonly cause: Cause
  readonly sentence: string
  readonly fix: string | undefined
}

export interface ExplainOptions {
  /** What was sent when the images were built: then it is told which file differs. */
  readonly previousContext?: BuildContext
}

/**
 * Why each step is no hit that could have been one, in data and in words. `before` and `request` are what the prediction was made of, `predicted` is what came
 * of it. Looks at every sibling of each step that missed, so ask it of what is shown to somebody.
 */
export function explain(
  before: EngineState,
  request: PredictionRequest,
  [after, prediction]: readonly [after: EngineState, prediction: Prediction],
  { previousContext }: ExplainOptions = {},
): readonly StepExplanation[] {
  const { engine } = request
  if (!isClassic(engine)) {
    return prediction.steps.flatMap((step) => {
      if (step.status === 'hit' || step.status === 'not-cacheable') return []
      const cause = causeInOtherEngine(before, request, [after, prediction], step)
      return cause === undefined ? [] : [{ step, cause, sentence: sentenceOf(cause), fix: fixOf(cause) }]
    })
  }
  const made = prediction.steps.flatMap(({ status, image }) =>
    NEW.includes(status) && image !== undefined && !hasImage(before.images, image) ? [image] : [],
  )
  const scene = { before, after, request, builder: builderOf(engine), previousContext, made: new Set(made) }
  return prediction.steps.flatMap((step) => {
    const cause = causeOf(scene, step, prediction)
    return cause === undefined ? [] : [{ step, cause, sentence: sentenceOf(cause), fix: fixOf(cause) }]
  })
}

function isClassic(engine: PredictionRequest['engine']): boolean {
  return typeof engine === 'string' ? isClassicName(engine) : 'rules' in engine
}

/** Steps whose image this build would make. */
const NEW: readonly StepStatus[] = ['miss', 'not-probed', 'depends-on-output']

function causeOf(scene: Scene, step: PredictedStep, { steps }: Prediction): Cause | undefined {
  switch (step.status) {
    case 'hit':
    case 'not-cacheable':
      return undefined
    case 'error':
      return { code: 'build-error', now: step.error?.text ?? '' }
    case 'miss':
      return causeOfMiss(scene, step)
    case 'depends-on-output':
      return { code: 'depends-on-output', ...(step.copied && { name: step.copied.sources.join(' ') }) }
    case 'not-probed': {
      if (scene.request.noCache) return { code: 'no-cache' }
      const missed = steps.slice(0, steps.indexOf(step)).findLast(({ status }) => status === 'miss')
      if (missed === undefined) return { code: 'depends-on-output' } // in 1.13, of an earlier stage
      return { code: 'after-miss', name: String(missed.number), missLasts: scene.builder.missLasts }
    }
  }
}
