import { type Selector, selectorDigest } from './content.ts'
import type { Operation } from './operation.ts'
import { operationDigest, recordDigest } from './operation-digest.ts'

/** A node of the graph: what is done, with what. */
export interface Vertex {
  readonly id: number
  readonly operation: Operation
  /** Of the CacheMap; empty for the context. */
  readonly digest: string
  /** Its record digest, output 0. */
  readonly record: string
  readonly inputs: readonly Input[]
  /** `--no-cache`: the step is not looked up. */
  readonly ignoreCache: boolean
  /** As in the Dockerfile. */
  readonly text: string
  /** What a bind mount shows of its input, by the mount's place in the list. */
  readonly selections: readonly (string | undefined)[]
}

export interface Input {
  readonly vertex: number
  /** Digest of the selected paths; empty for the whole input. */
  readonly selector: string
  /** What its content digest is made of; absent where content does not count, as for the base of a step. */
  readonly content?: readonly Selector[]
}

export interface Graph {
  readonly vertices: Vertex[]
  readonly byName: Map<string, number>
}

export function emptyGraph(): Graph {
  return { vertices: [], byName: new Map() }
}

type Wanted = Pick<Vertex, 'operation' | 'inputs' | 'text'> & Partial<Pick<Vertex, 'ignoreCache' | 'selections'>>

/** The vertex, made once: equal operations on equal inputs are one. */
export function addVertex(graph: Graph, wanted: Wanted): number {
  const { operation, inputs, text, ignoreCache = false, selections = [] } = wanted
  const digest = operation.kind === 'context' ? '' : operationDigest(operation)
  const name = nameOf(wanted, digest)
  const known = graph.byName.get(name)
  if (known !== undefined) return known
  const id = graph.vertices.length
  graph.byName.set(name, id)
  const record = digest === '' ? '' : recordDigest(digest, 0)
  graph.vertices.push({ id, operation, digest, record, inputs, ignoreCache, text, selections })
  return id
}

/** Equal for vertices that are one. */
function nameOf({ operation, inputs, ignoreCache, selections }: Wanted, digest: string): string {
  const own = operation.kind === 'context' ? `context ${operation.url}` : digest
  const from = inputs.map(
    ({ vertex, selector, content }) => `${vertex} ${selector} ${content?.map(({ path }) => path).join('\0')}`,
  )
  return [own, ignoreCache, selections?.join('\0'), ...from].join('\n')
}

/** The vertex whose layers are below: that of the first action or of the root. */
export function baseOf({ operation, inputs }: Vertex): number | undefined {
  if (operation.kind === 'exec') return inputs[operation.mounts[0]?.input ?? -1]?.vertex
  if (operation.kind === 'merge') return inputs[0]?.vertex
  return operation.kind === 'file' ? inputs[operation.actions[0]?.input ?? -1]?.vertex : undefined
}

/** Inputs as an operation counts them: each vertex once, in the order of first use. */
export interface Inputs {
  readonly ids: number[]
}

/** The number of the input; -1 for an empty file system. */
export function inputOf(inputs: Inputs, vertex: number | undefined): number {
  if (vertex === undefined) return -1
  const at = inputs.ids.indexOf(vertex)
  return at >= 0 ? at : inputs.ids.push(vertex) - 1
}

/** What is selected of an input: nothing of it by content when `byContent` is false. */
export function makeInput(vertex: number, selected: readonly Selector[], byContent: boolean): Input {
  const selector = selected.length === 0 ? '' : selectorDigest(selected.map(({ path }) => path))
  return { vertex, selector: byContent ? selector : '', ...(byContent && { content: selected }) }
}
