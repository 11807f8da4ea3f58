import { GoError, orGoError } from '../go/error.ts'
import { contentDigest } from './content.ts'
import { baseOf, type Vertex } from './graph.ts'
import { importChain } from './imported.ts'
import { addLink, addResult, type KeyID, linked, newestResult, noteOperation, type Result } from './keys.ts'
import {
  best,
  candidates,
  common,
  type Ending,
  type Found,
  linksOf,
  lookUp,
  match,
  reasonOf,
  type Solving,
  stateOf,
  undecided,
  type VertexState,
} from './lookup.ts'
import { recordDigest } from './operation-digest.ts'

/** Gets the vertex's files: from the cache, or by running it. Throws the GoError that ends the build. */
export function resolve(solving: Solving, id: number): Ending {
  const state = stateOf(solving, id)
  if (state.end !== undefined) return state.end
  const vertex = solving.graph.vertices[id]!
  if (vertex.operation.kind === 'context') return finish(state, { status: 'given' })
  fastKeys(solving, id)
  if (vertex.operation.kind === 'source') return finish(state, { status: 'given', key: vertex.record })
  const hit = (via: 'definition' | 'content'): Ending | undefined => {
    const found = best(solving, state.known)
    return found && finish(state, take(solving, found, via))
  }
  let found = hit('definition')
  for (const pass of [1, 2] as const) {
    if (found !== undefined || vertex.ignoreCache) break
    slowKeys(solving, id, pass)
    found = hit('content')
  }
  if (found !== undefined) return found
  const lacks = vertex.ignoreCache ? undefined : lacksInContext(solving, vertex, state)
  if (lacks !== undefined) solving.ending ??= lacks
  for (const { vertex: input } of vertex.inputs) resolve(solving, input)
  if (lacks !== undefined) throw lacks
  hashInputs(solving, vertex, state)
  if (!vertex.ignoreCache) match(solving, vertex, state)
  return (vertex.ignoreCache ? undefined : hit('content')) ?? run(solving, vertex, state)
}

/**
 * The context is there, and hashed, while other inputs still run: what is not in it ends the build with the first step that must run. That one is taken to end well, and
 * no other has begun.
 */
function lacksInContext(solving: Solving, vertex: Vertex, state: VertexState): GoError | undefined {
  const sent = vertex.inputs.flatMap(({ vertex: input }, at) =>
    solving.graph.vertices[input]!.operation.kind === 'context' ? [at] : [],
  )
  const hashed = orGoError(() => hashInputs(solving, vertex, state, sent))
  return hashed instanceof GoError ? hashed : undefined
}

function finish(state: VertexState, ending: Ending): Ending {
  state.end = ending
  return ending
}

/** Keys that follow from definitions alone. */
function fastKeys(solving: Solving, id: number): void {
  const state = stateOf(solving, id)
  if (state.fast) return
  state.fast = true
  const vertex = solving.graph.vertices[id]!
  for (const { vertex: input } of vertex.inputs) fastKeys(solving, input)
  if (!vertex.ignoreCache) match(solving, vertex, state)
}

/**
 * Keys that follow from content too. Files are looked at only where nothing else leads on: first, in the whole graph, those of inputs that lead nowhere by definition, and only
 * then those of all (edge.go, skipPhase2SlowCache): a key without a result may lead to one further up.
 */
function slowKeys(solving: Solving, id: number, pass: 1 | 2): void {
  const state = stateOf(solving, id)
  if (state.passes >= pass) return
  state.passes = pass
  const vertex = solving.graph.vertices[id]!
  fastKeys(solving, id)
  if (vertex.ignoreCache || best(solving, state.known) !== undefined) return
  for (const { vertex: input } of vertex.inputs) slowKeys(solving, input, pass)
  match(solving, vertex, state)
  if (best(solving, state.known) !== undefined) return
  const open = vertex.inputs.flatMap((_, at) => (candidates(solving, vertex, state, at).size === 0 ? [at] : []))
  if (open.some((at) => vertex.inputs[at]!.content === undefined)) return
  hashInputs(solving, vertex, state, pass === 1 ? open : undefined)
  match(solving, vertex, state)
}

/** The content digests of the inputs that have one; each meets the input's definition (edge.go: connect def key to slow key). */
function hashInputs(solving: Solving, vertex: Vertex, state: VertexState, only?: readonly number[]): void {
  for (const [at, input] of vertex.inputs.entries()) {
    if (only !== undefined && !only.includes(at)) continue
    if (input.content === undefined || state.contents[at] !== undefined) continue
    const { key, result } = resolve(solving, input.vertex)
    const tree = solving.treeOf(solving.graph.vertices[input.vertex]!, result)
    const digest = tree && orGoError(() => contentDigest(tree, input.content!))
    if (digest instanceof GoError) {
      state.end = { status: 'failed', error: digest }
      throw digest
    }
    if (digest === undefined) continue
    const content = recordDigest(digest, -1)
    state.contents[at] = content
    const links = linksOf(vertex, input, at, key, content)
    const met = new Set(links.flatMap((link) => lookUp(solving, link)))
    for (const to of met) for (const link of links) solving.keys = addLink(solving.keys, link, to)
  }
}

function take(solving: Solving, { key, result }: Found, via: 'definition' | 'content'): Ending {
  if (newestResult(solving.keys, key) !== undefined) return { status: 'hit', via, key, result }
  for (const each of solving.imported) solving.keys = importChain(solving.keys, each, key)
  return { status: 'hit', via: 'restored', key, result: newestResult(solving.keys, key) ?? result }
}

function run(solving: Solving, vertex: Vertex, state: VertexState): Ending {
  const why = reasonOf(solving, vertex, state)
  const decidedBy = vertex.ignoreCache ? undefined : undecided(solving, vertex, state)
  const results = vertex.inputs.map((input) => stateOf(solving, input.vertex).end?.result)
  const ran = solving.execute(vertex, results)
  if (ran.outcome === 'error') {
    const error = new GoError('executed', ran.text)
    state.end = {
      status: decidedBy === undefined ? 'ran' : 'undecided',
      why,
      error,
      ...(decidedBy !== undefined && { decidedBy }),
    }
    throw error
  }
  const { operation, text } = vertex
  solving.keys = noteOperation(solving.keys, vertex.record, { text, operation })
  const key = savedKey(solving, vertex, state)
  const below = baseOf(vertex)
  const base = below === undefined ? undefined : stateOf(solving, below).end?.result?.number
  const result: Result = { number: solving.keys.made + 1, base, ...(ran.files && { files: ran.files }) }
  solving.keys = { ...addResult(solving.keys, key, result), made: result.number }
  for (const [at, input] of vertex.inputs.entries()) {
    const from = stateOf(solving, input.vertex).end?.key
    for (const link of linksOf(vertex, input, at, from, state.contents[at]))
      solving.keys = addLink(solving.keys, link, key)
  }
  if (!vertex.ignoreCache) state.known.add(key)
  const end = { key, result, why }
  finish(state, decidedBy === undefined ? { status: 'ran', ...end } : { status: 'undecided', ...end, decidedBy })
  if (solving.ending !== undefined) throw solving.ending
  return state.end!
}

/** The key of a new result: one that its inputs already lead to, else a new one (cachemanager.go getIDFromDeps). */
function savedKey(solving: Solving, vertex: Vertex, state: VertexState): KeyID {
  if (vertex.inputs.length === 0) return vertex.record
  const sets = vertex.inputs.map((input, at) =>
    linksOf(vertex, input, at, stateOf(solving, input.vertex).end?.key, state.contents[at]).map(
      (link) => new Set(linked(solving.keys, link)),
    ),
  )
  const [first = [], ...rest] = sets
  const [known] = common([new Set(first.flatMap((set) => [...set])), ...rest.flat()])
  if (known !== undefined) return known
  solving.keys = { ...solving.keys, made: solving.keys.made + 1 }
  return `#${solving.keys.made}`
}
