import { candidates, type Solving, stateOf } from './lookup.ts'

/** What has run for a step that may turn out to be there already, and for nothing else, may not have to run: it depends on what that step waits for. */
export function doubt(solving: Solving, root: number): void {
  const needed = certainlyNeeded(solving, root)
  const seen = new Set<number>()
  const visit = (id: number, decidedBy: number): void => {
    const { end } = stateOf(solving, id)
    if (end === undefined || seen.has(id)) return
    seen.add(id)
    if (end.status === 'ran' && end.error === undefined && !needed.has(id))
      stateOf(solving, id).end = { ...end, status: 'undecided', decidedBy }
    for (const { vertex } of solving.graph.vertices[id]!.inputs) visit(vertex, decidedBy)
  }
  for (const { id } of solving.graph.vertices) {
    const { end } = stateOf(solving, id)
    if (end?.decidedBy !== undefined) visit(id, end.decidedBy)
  }
}

/** Those whose files are read whatever the unknown ones turn out to be. */
function certainlyNeeded(solving: Solving, root: number): ReadonlySet<number> {
  const { graph } = solving
  const needed = new Set<number>()
  const asked = new Set<number>()
  const need = (id: number): void => {
    if (needed.has(id)) return
    needed.add(id)
    const { end, contents } = stateOf(solving, id)
    if (end?.status === 'undecided') ask(id)
    else
      for (const [at, { vertex }] of graph.vertices[id]!.inputs.entries())
        if (end?.status !== 'hit' || contents[at] !== undefined) need(vertex)
  }
  /** Its keys are asked for, which follow from files that nobody knows: those are read unless others make up its mind. */
  const ask = (id: number): void => {
    const state = stateOf(solving, id)
    if (asked.has(id) || state.maybe.size === 0) return
    asked.add(id)
    const vertex = graph.vertices[id]!
    const unknown = vertex.inputs.flatMap(({ vertex: input, content }, at) => {
      const isOpen = content !== undefined && state.contents[at] === undefined
      return isOpen || stateOf(solving, input).maybe.size > 0 ? [{ input, at }] : []
    })
    for (const { input, at } of unknown) {
      const isRead = unknown.length === 1 || candidates(solving, vertex, state, at).size === 0
      if (isRead && stateOf(solving, input).maybe.size === 0) need(input)
      else ask(input)
    }
  }
  need(root)
  return needed
}
