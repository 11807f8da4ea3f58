import { buildkitReason, type OperationDifference } from '../buildkit/reasons.ts'
import type { PredictedStep, Prediction } from '../dockerfile/prediction.ts'
import type { EngineState, PredictionRequest } from '../predict/predict.ts'
import { allImages, findImage } from '../store/read.ts'
import type { Cause } from './cause.ts'

/** Why a step is no hit for BuildKit or Buildah; `undefined` where there is nothing to say. */
export function causeInOtherEngine(
  before: EngineState,
  request: PredictionRequest,
  predicted: readonly [after: EngineState, prediction: Prediction],
  step: PredictedStep,
): Cause | undefined {
  const { status, why, error, dependsOn } = step
  if (error !== undefined) return { code: 'build-error', now: error.text }
  if (status === 'depends-on-output')
    return { code: 'depends-on-output', ...(dependsOn !== undefined && { name: `step ${dependsOn}` }) }
  if (why === 'ignored' || (status === 'not-probed' && request.noCache === true)) return { code: 'no-cache' }
  if (why !== undefined) return causeInBuildkit(before, request, predicted, step)
  if (step.createdBy === undefined) return undefined
  if (status === 'miss') return causeInBuildah(before, step)
  const missed = predicted[1].steps.findLast(
    (each) => each.stage === step.stage && each.status === 'miss' && each.number < step.number,
  )
  return status === 'not-probed' && missed !== undefined
    ? { code: 'after-miss', name: String(missed.number), missLasts: 'stage' }
    : undefined
}

function causeInBuildkit(
  before: EngineState,
  { directory }: PredictionRequest,
  [after, prediction]: readonly [after: EngineState, prediction: Prediction],
  step: PredictedStep,
): Cause | undefined {
  const reason = buildkitReason(before.buildkit, [after.buildkit, prediction], step, directory)
  if (reason === undefined) return undefined
  const { why, differences, files } = reason
  if (why === 'result-gone') return { code: 'result-gone' }
  if (why === 'input') return { code: 'input-new' }
  if (why === 'operation') return causeOfDifferences(differences)
  const [file] = files
  if (file === undefined) return { code: 'content-new' }
  return { code: `file-${file.change}`, name: file.path, ...(files.length > 1 && { more: files.length - 1 }) }
}

function causeOfDifferences([first, ...others]: readonly OperationDifference[]): Cause {
  if (first === undefined) return { code: 'operation-new' }
  const { part, name, ...values } = first
  const same = others.filter((each) => each.part === part).length
  const known = part === 'env' || part === 'env-order' || part === 'command'
  const code = known ? part : 'operation-new'
  return { code, ...values, name: name ?? part, ...(same > 0 && { more: same }) }
}

/** The step that was built on the same image, if there is one. */
function causeInBuildah({ images }: EngineState, { parent, createdBy = '' }: PredictedStep): Cause {
  const past = (parent && findImage(images, parent)?.history) || []
  const last = past.at(-1)
  const child = allImages(images)
    .map((id) => findImage(images, id)?.history ?? [])
    .find((history) => {
      const below = history[past.length - 1]
      return (
        history.length === past.length + 1 &&
        below?.createdBy === last?.createdBy &&
        below?.created?.seconds === last?.created?.seconds
      )
    })
  const was = child?.at(-1)?.createdBy
  return { code: 'step-new', now: createdBy, ...(was !== undefined && { was }) }
}
