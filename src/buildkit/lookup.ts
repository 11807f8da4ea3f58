import type { GoError } from '../go/error.ts'
import { trieEntries } from '../persistent/trie.ts'
import type { HashedTree } from './content.ts'
import type { Graph, Input, Vertex } from './graph.ts'
import type { Imported } from './imported.ts'
import { type KeyID, type KeyStore, linked, linkName, newestResult, type Result } from './keys.ts'
import type { OperationRun } from './request.ts'

/** One build's walk over the graph (solver/edge.go, rules 3 and 12). What changes is seen by nobody outside the call. */
export interface Solving {
  readonly graph: Graph
  keys: KeyStore
  readonly imported: readonly Imported[]
  readonly states: VertexState[]
  /** What the context lacks: the build ends with it once one step has run. */
  ending?: GoError
  /** The files of a vertex without inputs, or of a result; `undefined` when nobody here knows them. */
  readonly treeOf: (vertex: Vertex, result: Result | undefined) => HashedTree | undefined
  readonly execute: (vertex: Vertex, results: readonly (Result | undefined)[]) => OperationRun
}

export interface VertexState {
  /** Its keys, as far as they are known: by definition, then by content, then of its result. */
  readonly known: Set<KeyID>
  /** Keys that it has only if files turn out as in an earlier build. */
  readonly maybe: Set<KeyID>
  /** The vertex whose unknown files decide whether it has those. */
  waitsFor?: number
  fast: boolean
  /** Of the look at content: none, the first, both. */
  passes: 0 | 1 | 2
  /** Of its inputs, where content counts: the key of the content, once it is known. */
  readonly contents: (KeyID | undefined)[]
  end?: Ending
}

/** How a vertex got its files. */
export interface Ending {
  /** `failed`: before it could run. */
  readonly status: 'hit' | 'ran' | 'undecided' | 'given' | 'failed'
  readonly via?: 'definition' | 'content' | 'restored'
  readonly why?: MissReason
  readonly key?: KeyID
  readonly result?: Result
  /** The vertex whose unknown files decide. */
  readonly decidedBy?: number
  readonly error?: GoError
}

/**
 * Why a step must run. `input`: something it starts from is new, and has no key. `operation`: its inputs are known, what it does with them is not. `content`: the files
 * it reads are other ones. `result-gone`: it ran once, and its result was pruned. `ignored`: `--no-cache`.
 */
export type MissReason = 'input' | 'operation' | 'content' | 'result-gone' | 'ignored'

export function stateOf(solving: Solving, id: number): VertexState {
  const known = solving.states[id]
  if (known !== undefined) return known
  const state: VertexState = { known: new Set(), maybe: new Set(), fast: false, passes: 0, contents: [] }
  solving.states[id] = state
  return state
}

/** From the input's definition, and from its content. */
export function linksOf(
  { record }: Vertex,
  { selector }: Input,
  at: number,
  key: KeyID | undefined,
  content: KeyID | undefined,
): readonly string[] {
  const links = key === undefined ? [] : [linkName(key, at, record, selector)]
  return content === undefined ? links : [...links, linkName(content, at, record, '')]
}

export function lookUp({ keys, imported }: Solving, link: string): readonly KeyID[] {
  const own = linked(keys, link)
  return imported.length === 0 ? own : [...own, ...imported.flatMap(({ store }) => linked(store, link))]
}

/** The keys that one input leads to, by its keys or by its content; with `maybe`, by keys that it may turn out to have too. */
export function candidates(
  solving: Solving,
  vertex: Vertex,
  state: VertexState,
  at: number,
  maybe = false,
): Set<KeyID> {
  const input = vertex.inputs[at]!
  const { known, maybe: uncertain } = stateOf(solving, input.vertex)
  const content = state.contents[at]
  const from = maybe ? [...known, ...uncertain] : [...known]
  const links = from.map((key) => linkName(key, at, vertex.record, input.selector))
  if (content !== undefined) links.push(linkName(content, at, vertex.record, ''))
  return new Set(links.flatMap((link) => lookUp(solving, link)))
}

/** Adds the keys that every input leads to. */
export function match(solving: Solving, vertex: Vertex, state: VertexState): void {
  if (vertex.operation.kind === 'context') return
  if (vertex.inputs.length === 0) state.known.add(vertex.record)
  else
    for (const key of common(vertex.inputs.map((_, at) => candidates(solving, vertex, state, at)))) state.known.add(key)
}

export function common(sets: readonly ReadonlySet<KeyID>[]): readonly KeyID[] {
  const [first, ...rest] = sets
  return first === undefined ? [] : [...first].filter((key) => rest.every((set) => set.has(key)))
}

export interface Found {
  readonly key: KeyID
  readonly result: Result
}

/** The newest result of any of the keys; imported ones are older than all. */
export function best({ keys, imported }: Solving, among: Iterable<KeyID>): Found | undefined {
  let found: Found | undefined
  for (const key of among) {
    const result = newestResult(keys, key) ?? imported.map(({ store }) => newestResult(store, key)).find((each) => each)
    if (result !== undefined && (found === undefined || result.number > found.result.number)) found = { key, result }
  }
  return found
}

export function reasonOf(solving: Solving, vertex: Vertex, state: VertexState): MissReason {
  if (vertex.ignoreCache) return 'ignored'
  if (state.known.size > 0) return 'result-gone'
  const plain = vertex.inputs.flatMap((input, at) => (input.content === undefined ? [at] : []))
  const isNew = (at: number): boolean => {
    const { end } = stateOf(solving, vertex.inputs[at]!.vertex)
    return end?.status === 'ran' || end?.status === 'undecided'
  }
  const lost = plain.filter((at) => candidates(solving, vertex, state, at).size === 0)
  if (lost.length > 0) return lost.some(isNew) ? 'input' : 'operation'
  return plain.length === vertex.inputs.length ? 'operation' : 'content'
}

/** The vertex whose unknown files decide whether there is a key after all; notes the keys it may have. */
export function undecided(solving: Solving, vertex: Vertex, state: VertexState): number | undefined {
  const open = vertex.inputs.map((input, at) => input.content !== undefined && state.contents[at] === undefined)
  const sets = vertex.inputs.map((_, at) => candidates(solving, vertex, state, at, true))
  const bound = sets.filter((_, at) => !open[at])
  const keys = common(bound.length > 0 ? bound : sets.map((_, at) => everLinked(solving, vertex, at)))
  const uncertain = vertex.inputs.findIndex(
    ({ vertex: input }, at) => open[at] || stateOf(solving, input).maybe.size > 0,
  )
  if (uncertain < 0 || keys.length === 0) return undefined
  for (const key of keys) state.maybe.add(key)
  const { vertex: input } = vertex.inputs[uncertain]!
  state.waitsFor = stateOf(solving, input).waitsFor ?? input
  return best(solving, keys) && state.waitsFor
}

/** The keys that this operation ever led to from anything at that input: its files, which nobody knows, may be those of any. */
function everLinked({ keys, imported }: Solving, { record }: Vertex, at: number): Set<KeyID> {
  const stores = [keys, ...imported.map(({ store }) => store)]
  const through = linkName('', at, record, '')
  return new Set(
    stores.flatMap(({ links }) => [...trieEntries(links)].flatMap(([link, to]) => (link.includes(through) ? to : []))),
  )
}
