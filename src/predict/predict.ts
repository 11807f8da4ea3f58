import { buildBuildah } from '../buildah/build.ts'
import type { BuildahRequest, StateWithOrder } from '../buildah/request.ts'
import { buildBuildkit } from '../buildkit/build.ts'
import type { BuildkitBuilder, BuildkitRequest, StateWithKeys } from '../buildkit/request.ts'
import { buildClassic } from '../classic/build.ts'
import type { ClassicBuilder } from '../classic/builder.ts'
import type { Prediction } from '../dockerfile/prediction.ts'
import { LayerfoldError } from '../errors.ts'
import { buildkits, type EngineName, engineNames, engines, isBuildkitName, isClassicName } from './engines.ts'

/** What each engine is asked, under one roof: a field that an engine does not know changes nothing. */
export interface EngineRequest extends BuildkitRequest, BuildahRequest {}

/** What each engine has before a build and after it. */
export interface EngineState extends StateWithKeys, StateWithOrder {}

export interface PredictionRequest extends EngineRequest {
  /** By name, or a builder of one's own: one of these with an answer changed. */
  readonly engine: EngineName | ClassicBuilder | BuildkitBuilder
}

/**
 * What a build would do, step by step, before it is started. `next` is the state after it: with the images that `--cache-from` restored, and with those of the steps
 * that must run, as `run` gives them or as a simulation makes them, so that the same build predicted again hits. Whatever the Dockerfile says is an
 * answer; only an engine that does not exist throws `engine-unknown`.
 */
export function predict(state: EngineState, request: PredictionRequest): [next: EngineState, prediction: Prediction] {
  const { engine } = request
  if (engine === 'buildah') return named('buildah', buildBuildah(state, request))
  const builder = typeof engine !== 'string' ? engine : isBuildkitName(engine) ? buildkits[engine] : builderOf(engine)
  const name = typeof engine === 'string' ? engine : nameOf(builder)
  if ('rules' in builder) return named(name, buildClassic(state, builder, request))
  return named(name, buildBuildkit(state, builder, request))
}

function named(
  engine: string,
  [next, prediction]: readonly [next: EngineState, prediction: Omit<Prediction, 'engine'>],
): [EngineState, Prediction] {
  return [next, { engine, ...prediction }]
}

const nameOf = (builder: ClassicBuilder | BuildkitBuilder): string =>
  'rules' in builder ? builder.rules.name : builder.name

/** The same question to several engines, side by side: by default to each that there is. */
export function whatIf(
  state: EngineState,
  request: EngineRequest,
  asked: readonly EngineName[] = DISTINCT,
): readonly Prediction[] {
  return asked.map((engine) => predict(state, { ...request, engine })[1])
}

const DISTINCT = /* @__PURE__ */ engineNames.filter((name) => name !== 'docker20')

/** The classic builder of that name. Throws `engine-unknown`, for other engines too. */
export function builderOf(engine: PredictionRequest['engine']): ClassicBuilder {
  if (typeof engine === 'string' && isClassicName(engine)) return engines[engine]
  if (typeof engine !== 'string' && 'rules' in engine) return engine
  throw new LayerfoldError('engine-unknown', { engine: typeof engine === 'string' ? engine : engine.name })
}
