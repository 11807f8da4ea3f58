import type { ImageStore } from 'layerfold'
import { type Dockerfile, parseDockerfile } from 'layerfold/dockerfile'
import { explain } from 'layerfold/explain'
import {
  type EngineName,
  grammarOf,
  type PredictedStep,
  type Prediction,
  type PredictionRequest,
  predict,
  simulateStep,
} from 'layerfold/predict'
import type { Problem } from './problem.ts'
import type { Check, Limits } from './read-check.ts'
import { type Reason, type Redact, reasonOf, redactorOf } from './redact.ts'

/** The answer, for a CI job to branch on: `cached` needs no build. */
export interface Verdict {
  readonly verdict: 'cached' | 'partly-cached' | 'not-cached' | 'fails'
  /** Only when everything is cached. */
  readonly image?: string
  readonly error?: string
  readonly unknownSources: readonly string[]
  readonly steps: readonly VerdictStep[]
}

interface VerdictStep {
  readonly step: string
  readonly text: string
  readonly status: PredictedStep['status']
  readonly via?: PredictedStep['via']
  readonly image?: string | undefined
  readonly reason?: Reason
}

const DEFAULT_ENGINE: EngineName = 'docker20'

export function runCheck(images: ImageStore, check: Check, limits: Limits, now: () => number): Verdict | Problem {
  const deadline = now() + limits.milliseconds
  const run: NonNullable<PredictionRequest['run']> = (step) =>
    now() > deadline ? { outcome: 'error', text: 'out of time' } : simulateStep(step)
  const engine = check.engine ?? DEFAULT_ENGINE
  const dockerfile = parseDockerfile(check.dockerfile, grammarOf(engine))
  if (countSteps(dockerfile) > limits.steps)
    return {
      name: 'build-too-large',
      status: 422,
      title: 'The build has too many steps.',
      more: { limit: limits.steps },
    }
  const request: PredictionRequest = { ...check, dockerfile, engine, run }
  const predicted = predict({ images }, request)
  const [, prediction] = predicted
  if (prediction.outcome === 'unparsed') return syntaxProblem(prediction)
  if (now() > deadline)
    return { name: 'too-slow', status: 422, title: 'The check takes too long.', more: { limit: limits.milliseconds } }
  const redact = redactorOf(check.buildArgs)
  const reasons = new Map(explain({ images }, request, predicted).map((each) => [each.step, reasonOf(each, redact)]))
  return verdictOf(withheld(prediction, check), reasons, redact)
}

/** Before anything is predicted: what a build costs grows faster than its steps. */
function countSteps({ metaArgs, stages }: Dockerfile): number {
  return stages.reduce((count, { instructions }) => count + 1 + instructions.length, metaArgs.length)
}

/** The daemon's words for a failing step may hold a part of a build argument, cut out or changed: then they are not told. */
function withheld(prediction: Prediction, { buildArgs = {}, dockerfile }: Check): Prediction {
  const failing = prediction.steps.find(({ error }) => error !== undefined)
  const mayHold = Object.keys(buildArgs).length > 0 && (failing?.text ?? dockerfile).includes('$')
  if (prediction.error === undefined || !mayHold) return prediction
  return {
    ...prediction,
    error: { ...prediction.error, text: 'The words for it may hold a build argument, and are not told.' },
  }
}

function syntaxProblem({ problems }: Prediction): Problem {
  const [first] = problems
  return {
    name: 'dockerfile',
    status: 422,
    title: 'The Dockerfile has a syntax error.',
    ...(first && { detail: first.text }),
    more: { problems: problems.map(({ text, position }) => ({ text, line: position.line })) },
  }
}

function verdictOf(prediction: Prediction, reasons: ReadonlyMap<PredictedStep, Reason>, redact: Redact): Verdict {
  const { outcome, image, error, unknownSources, steps } = prediction
  const asked = steps.filter(({ status }) => status !== 'not-cacheable')
  const hits = asked.filter(({ status }) => status === 'hit').length
  const cached = outcome === 'built' && hits === asked.length
  const verdict = outcome === 'failed' ? 'fails' : cached ? 'cached' : hits > 0 ? 'partly-cached' : 'not-cached'
  return {
    verdict,
    ...(cached && image !== undefined && { image }),
    ...(error !== undefined && { error: redact(error.text) }),
    unknownSources: unknownSources.map(({ reference }) => redact(reference)),
    steps: steps.map((step) => verdictStep(step, reasons.get(step))),
  }
}

/** `text` is the Dockerfile's own, with no variable expanded. */
function verdictStep({ number, of, text, status, via, image }: PredictedStep, reason: Reason | undefined): VerdictStep {
  return {
    step: `${number}/${of}`,
    text,
    status,
    ...(via !== undefined && { via }),
    ...(status === 'hit' && { image }),
    ...(reason !== undefined && { reason }),
  }
}
