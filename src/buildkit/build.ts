import { dockerfileOf } from '../dockerfile/parse.ts'
import { errorOf, type PredictedStep, type PredictedVertex, type Prediction } from '../dockerfile/prediction.ts'
import { GoError, orGoError } from '../go/error.ts'
import { type HashedTree, hashedTree } from './content.ts'
import { contextFrom, receiveContext } from './context.ts'
import type { Conversion, Row } from './conversion.ts'
import { convert } from './convert.ts'
import { doubt } from './doubt.ts'
import { baseOf, type Vertex } from './graph.ts'
import { importedCaches } from './inline.ts'
import { emptyKeys, pruneResults, type Result } from './keys.ts'
import type { Ending, Solving } from './lookup.ts'
import type { BuildkitBuilder, BuildkitRequest, BuildkitState, OperationRun, StateWithKeys } from './request.ts'
import { resolve } from './solve.ts'

const NEW: BuildkitState = /* @__PURE__ */ Object.freeze({ keys: emptyKeys, contexts: {}, built: [] })

/**
 * What BuildKit would do: the graph of the stages that the target needs, each vertex by definition first and by content second. Steps are numbered as the classic
 * builder counts them; stages that are not needed have none.
 */
export function buildBuildkit<State extends StateWithKeys>(
  state: State,
  builder: BuildkitBuilder,
  request: BuildkitRequest,
): [next: State, prediction: Omit<Prediction, 'engine'>] {
  const dockerfile = dockerfileOf(request, builder.grammar)
  const { problems } = dockerfile
  const nothing = {
    problems,
    warnings: dockerfile.warnings.map(({ text }) => text),
    unknownSources: [],
    stages: [],
    steps: [],
  }
  if (problems.length > 0) return [state, { outcome: 'unparsed', ...nothing }]
  const rows: Row[] = []
  const conversion = orGoError(() => convert(state, builder, request, dockerfile, rows))
  if (conversion instanceof GoError) {
    const steps = rows.map((row) => stepOf(row, undefined, row.error ? 'error' : 'not-probed'))
    return [state, { ...nothing, outcome: 'failed', error: errorOf(conversion), steps }]
  }
  const before = state.buildkit ?? NEW
  const [solving, contexts, unknownSources] = solvingOf(conversion, before)
  const { output } = conversion.stages[conversion.plan.target]!
  const end = orGoError(() => (output === undefined ? undefined : resolve(solving, output)))
  if (output !== undefined) doubt(solving, output)
  const number = end instanceof GoError ? undefined : end?.result?.number
  const built = number === undefined ? before.built : [...before.built.filter((each) => each !== number), number]
  const next = { ...state, buildkit: { keys: solving.keys, contexts: contexts(), built } }
  const known = {
    result: output,
    ...nothing,
    unknownSources,
    steps: stepsOf(conversion, solving),
    stages: stagesOf(conversion),
    vertices: verticesOf(solving),
  }
  if (end instanceof GoError) return [next, { ...known, outcome: 'failed', error: errorOf(end) }]
  return [next, { ...known, outcome: 'built' }]
}

/** `docker builder prune`, with `all` as `-a`: the contexts go, and every result that is in no image. Links stay. */
export function pruneBuildkit(state: BuildkitState, all: boolean): BuildkitState {
  return { ...state, keys: pruneResults(state.keys, all ? [] : state.built), contexts: {} }
}

function solvingOf(conversion: Conversion, before: BuildkitState) {
  const { request, builder, graph, state } = conversion
  const directory = request.directory ?? '.'
  const { contextPaths } = conversion
  const paths = contextPaths.has('/') ? undefined : [...contextPaths]
  let received: ReturnType<typeof receiveContext> | undefined
  const context = (): HashedTree => {
    const sent = request.context ?? { entries: [] }
    const contentOf = request.contentOf ?? (() => undefined)
    received ??= receiveContext(
      contextFrom(before.contexts, directory),
      sent,
      request.dockerfilePath ?? 'Dockerfile',
      contentOf,
      paths,
    )
    return received[1]
  }
  const filesOf = ({ operation }: Vertex, result: Result | undefined) => {
    if (operation.kind === 'context') return operation.url === undefined ? context() : undefined
    return operation.kind === 'source' ? request.files?.(operation.image) : result?.files
  }
  const execute = (vertex: Vertex, results: readonly (Result | undefined)[]): OperationRun => {
    const { operation, text, selections, inputs } = vertex
    if (operation.kind === 'source' || operation.kind === 'context' || !request.runOperation) return { outcome: 'ran' }
    const files = inputs.map((input, at) => filesOf(graph.vertices[input.vertex]!, results[at]))
    return request.runOperation({ text, operation, inputs: files, selections })
  }
  const hashed = (vertex: Vertex, result: Result | undefined): HashedTree | undefined => {
    const files = filesOf(vertex, result)
    return files === undefined || !('kind' in files) ? files : hashedTree(files, builder.owners)
  }
  const [imported, unknownSources] = importedCaches(state.images, request.cacheFrom ?? [], request.caches ?? [])
  const solving: Solving = { graph, keys: before.keys, imported, states: [], treeOf: hashed, execute }
  const contexts = () => (received ? { ...before.contexts, [directory]: received[0] } : before.contexts)
  return [solving, contexts, unknownSources] as const
}

function verticesOf({ graph, states }: Solving): readonly PredictedVertex[] {
  return graph.vertices.map(({ id, operation, text, digest, record, inputs }) => ({
    kind: operation.kind,
    text,
    digest,
    record,
    key: states[id]?.end?.key ?? [...(states[id]?.known ?? [])][0],
    base: baseOf(graph.vertices[id]!),
    ...(operation.kind === 'source' && { image: operation.image }),
    inputs: inputs.map(({ vertex, selector, content: selected }, at) => {
      const content = states[id]?.contents[at]
      const paths = selected?.map(({ path }) => path)
      return { vertex, selector, ...(paths && { paths }), ...(content !== undefined && { content }) }
    }),
  }))
}

function stagesOf({ dockerfile, bases, plan }: Conversion): Prediction['stages'] {
  return dockerfile.stages.flatMap(({ name }, index) =>
    plan.needed.has(index) ? [{ name, ...(bases[index] && { base: bases[index].id }) }] : [],
  )
}

function stepsOf({ rows, graph }: Conversion, { states }: Solving): PredictedStep[] {
  const shown = new Set<number>()
  const show = (id: number): void => {
    if (shown.has(id)) return
    shown.add(id)
    for (const { vertex } of graph.vertices[id]!.inputs) show(vertex)
  }
  for (const [id, state] of states.entries()) if (state?.end && !state.end.error) show(id)
  for (const [id, state] of states.entries())
    if (state?.end?.error) for (const { vertex } of graph.vertices[id]!.inputs) show(vertex)
  const numberOf = (vertex: number | undefined) => rows.find((row) => row.vertex === vertex)?.number
  return rows.map((row) => {
    if (row.vertex === undefined || row.instruction === 'FROM') return stepOf(row, undefined, 'not-cacheable')
    const end = states[row.vertex]?.end
    const vertex = graph.vertices[row.vertex]!
    const step = stepOf(row, vertex, statusOf(end, shown.has(row.vertex)))
    const dependsOn = end?.decidedBy === undefined ? undefined : numberOf(end.decidedBy)
    return {
      ...step,
      ...(end?.via ? { via: end.via } : step.status === 'hit' && { via: 'unneeded' }),
      ...(end?.why && { why: end.why }),
      ...(dependsOn !== undefined && { dependsOn }),
      ...(end?.error && { error: errorOf(end.error) }),
    }
  })
}

function statusOf(end: Ending | undefined, shown: boolean): PredictedStep['status'] {
  if (end === undefined) return shown ? 'hit' : 'not-probed'
  if (end.status === 'failed') return 'error'
  if (end.status === 'undecided') return 'depends-on-output'
  if (end.status === 'ran') return end.why === 'ignored' ? 'not-probed' : 'miss'
  return 'hit'
}

function stepOf(
  { vertex: _, error, ...row }: Row,
  vertex: Vertex | undefined,
  status: PredictedStep['status'],
): PredictedStep {
  return {
    ...row,
    status,
    ...(vertex && { vertex: vertex.id, digest: vertex.digest }),
    ...(error && { error: errorOf(error) }),
  }
}
