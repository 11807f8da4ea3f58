import { type BuildContext, pathKey } from '../dockerfile/context.ts'
import type { PredictedStep, Prediction } from '../dockerfile/prediction.ts'
import type { EngineName } from '../predict/engines.ts'
import { type EngineRequest, type EngineState, predict } from '../predict/predict.ts'
import { argLate, copyLink, dependenciesFirst, dockerignore } from './propose.ts'
import type { Proposal, Sources, SuggestionCode } from './suggestion.ts'

/** The build as it is now. */
export interface AdviceRequest extends Omit<EngineRequest, 'dockerfile'> {
  readonly dockerfile: string
}

/** What the next build has in place of it. `contentOf` is of its context: without it BuildKit and Buildah cannot say which copies stay. */
export type BuildEdit = Partial<Pick<AdviceRequest, 'dockerfile' | 'context' | 'contentOf' | 'buildArgs'>>

/** What one engine does again after the edit. */
export interface EngineCost {
  readonly engine: EngineName
  /** The RUN, COPY and ADD steps that run again, or may, where their input is not known. */
  readonly steps: readonly PredictedStep[]
  /** Why the engine would not build it. */
  readonly error?: string
}

export interface Saving {
  readonly engine: EngineName
  /** How many RUN, COPY and ADD steps fewer run. */
  readonly steps: number
}

/** A change of the Dockerfile, or of what is sent, that makes this edit cheaper. */
export interface Suggestion {
  readonly code: SuggestionCode
  /** Where in the Dockerfile as it is now. */
  readonly position?: Proposal['position']
  readonly sentence: string
  /** The file with the change, and the .dockerignore with it. */
  readonly dockerfile: string
  readonly dockerignore?: string
  /** The engines that gain by it, the greatest gain first. */
  readonly saves: readonly Saving[]
  /** The engines that would build the file as it is, and not with the change. */
  readonly refusedBy: readonly EngineName[]
}

export interface Advice {
  readonly engines: readonly EngineCost[]
  /** The one that saves most first. */
  readonly suggestions: readonly Suggestion[]
}

/** One of each kind that is in use. */
const USUAL: readonly EngineName[] = ['docker20', 'docker26', 'buildkit', 'buildkit0_11', 'buildah']

/**
 * What an edit costs in each engine, and what change of the Dockerfile would save some of it. Nothing here is an estimate: each change is made, built and built again after the
 * edit by the engines' own rules, and what saves no step is not suggested. A suggestion builds the same files as long as its sentence holds, which only the caller can know.
 * A Dockerfile that an engine refuses is an `error` of that engine. `state` is what is there before the first build.
 */
export function advise(
  state: EngineState,
  request: AdviceRequest,
  edit: BuildEdit,
  asked: readonly EngineName[] = USUAL,
): Advice {
  const [before, after] = [request, { ...request, ...edit }]
  const engines = asked.map((engine) => costOf(state, before, after, engine))
  const later = new Map(proposals(before, after, after).map((each) => [each.key, each]))
  const suggestions = proposals(before, after, before).flatMap((proposal) => {
    const then = later.get(proposal.key)
    if (then === undefined) return []
    const costs = asked.map((engine) =>
      costOf(state, { ...before, ...proposal.sources }, { ...after, ...then.sources }, engine),
    )
    const suggestion = suggestionOf(proposal, engines, costs)
    return suggestion.saves.length === 0 ? [] : [suggestion]
  })
  return { engines, suggestions: suggestions.sort((a, b) => totalOf(b) - totalOf(a)) }
}

/** Built, edited, and built again. */
function costOf(state: EngineState, before: AdviceRequest, after: AdviceRequest, engine: EngineName): EngineCost {
  const [built] = predict(state, { ...before, engine })
  const [, prediction] = predict(built, { ...after, engine })
  const error = errorOf(prediction)
  return { engine, steps: prediction.steps.filter(runs), ...(error !== undefined && { error }) }
}

const errorOf = ({ outcome, error, problems }: Prediction): string | undefined =>
  outcome === 'built' ? undefined : (error ?? problems[0])?.text

const runs = ({ instruction, status }: PredictedStep): boolean =>
  WORK.includes(instruction.toUpperCase()) && status !== 'hit' && status !== 'error'

/** The others change the image's config alone. */
const WORK: readonly string[] = ['RUN', 'COPY', 'ADD']

function proposals(before: AdviceRequest, after: AdviceRequest, of: AdviceRequest): readonly Proposal[] {
  const sources: Sources = { dockerfile: of.dockerfile, context: of.context ?? NOTHING }
  const changed = changedPaths(before.context ?? NOTHING, after.context ?? NOTHING)
  return [...dependenciesFirst(sources), ...argLate(sources), ...dockerignore(sources, changed), ...copyLink(sources)]
}

const NOTHING: BuildContext = { entries: [] }

function changedPaths(before: BuildContext, after: BuildContext): ReadonlySet<string> {
  const sums = (context: BuildContext) => new Map(context.entries.map(({ path, sum }) => [pathKey(path), sum]))
  const [was, is] = [sums(before), sums(after)]
  return new Set([...was.keys(), ...is.keys()].filter((path) => was.get(path) !== is.get(path)))
}

function suggestionOf(proposal: Proposal, now: readonly EngineCost[], then: readonly EngineCost[]): Suggestion {
  const { code, position, sentence, sources } = proposal
  const saves: Saving[] = []
  const refusedBy: EngineName[] = []
  for (const [at, { engine, steps, error }] of then.entries()) {
    const { steps: had, error: failed } = now[at]!
    if (error !== undefined && failed === undefined) refusedBy.push(engine)
    else if (error === undefined && steps.length < had.length) saves.push({ engine, steps: had.length - steps.length })
  }
  const { dockerfile, context } = sources
  return {
    code,
    ...(position !== undefined && { position }),
    sentence,
    dockerfile,
    ...(code === 'dockerignore' && { dockerignore: context.dockerignore! }),
    saves: saves.sort((a, b) => b.steps - a.steps),
    refusedBy,
  }
}

const totalOf = ({ saves }: Suggestion): number => saves.reduce((total, { steps }) => total + steps, 0)
