import { buildClassic } from '../classic/build.ts'
import type { ClassicBuilder } from '../classic/builder.ts'
import type { Prediction } from '../dockerfile/prediction.ts'
import type { BuildRequest, BuildState } from '../dockerfile/request.ts'
import { LayerfoldError } from '../errors.ts'
import { type EngineName, engines, isEngineName } from './engines.ts'

export interface PredictionRequest extends BuildRequest {
  /** By name, or a builder of one's own: one of these with an answer changed. */
  readonly engine: EngineName | ClassicBuilder
}

/**
 * What a build would do, step by step, before it is started. `next` is the state after it: with the images that `--cache-from` restored, and with those of the steps
 * that must run, as `run` gives them or as a simulation makes them, so that the same build predicted again hits. Whatever the Dockerfile says is an
 * answer; only an engine that does not exist throws `engine-unknown`.
 */
export function predict(state: BuildState, request: PredictionRequest): [next: BuildState, prediction: Prediction] {
  const builder = builderOf(request.engine)
  const [next, prediction] = buildClassic(state, builder, request)
  const engine = typeof request.engine === 'string' ? request.engine : builder.rules.name
  return [next, { engine, ...prediction }]
}

/** The same question to several engines, side by side: by default to each that there is. */
export function whatIf(
  state: BuildState,
  request: BuildRequest,
  asked: readonly EngineName[] = DISTINCT,
): readonly Prediction[] {
  return asked.map((engine) => predict(state, { ...request, engine })[1])
}

const DISTINCT = Object.keys(engines).filter((name) => name !== 'docker20') as EngineName[]

/** Throws `engine-unknown`. */
export function builderOf(engine: EngineName | ClassicBuilder): ClassicBuilder {
  if (typeof engine !== 'string') return engine
  if (!isEngineName(engine)) throw new LayerfoldError('engine-unknown', { engine })
  return engines[engine]
}
