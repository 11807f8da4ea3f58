/** Where each moment stands: columns are generations, and each fork gets a row of its own. */
import type { Moment } from './state.ts'

export interface Placed {
  readonly moment: Moment
  readonly column: number
  readonly row: number
  /** Rows between its parent's and its own: a line is drawn down them. */
  readonly drop: number
}

export function placeMoments(moments: readonly Moment[]): readonly Placed[] {
  const byParent = new Map<string | undefined, Moment[]>()
  for (const each of moments) byParent.set(each.parent, [...(byParent.get(each.parent) ?? []), each])
  const placed: Placed[] = []
  let rows = 0
  const place = (moment: Moment, column: number, row: number, drop: number): void => {
    placed.push({ moment, column, row, drop })
    for (const [index, child] of (byParent.get(moment.id) ?? []).entries()) {
      const own = index === 0 ? row : rows++
      place(child, column + 1, own, own - row)
    }
  }
  for (const root of byParent.get(undefined) ?? []) place(root, 0, rows++, 0)
  return placed
}
