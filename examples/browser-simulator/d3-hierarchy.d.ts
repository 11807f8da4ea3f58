/** The part of d3-hierarchy that the page uses; the package has no types of its own. */
declare module 'd3-hierarchy' {
  export interface HierarchyNode<Datum> {
    readonly data: Datum
    readonly parent: HierarchyNode<Datum> | null
    descendants(): HierarchyPointNode<Datum>[]
  }

  export interface HierarchyPointNode<Datum> extends HierarchyNode<Datum> {
    readonly parent: HierarchyPointNode<Datum> | null
    readonly x: number
    readonly y: number
  }

  export interface TreeLayout<Datum> {
    (root: HierarchyNode<Datum>): HierarchyPointNode<Datum>
    nodeSize(size: readonly [number, number]): this
  }

  export function hierarchy<Datum>(data: Datum, children: (datum: Datum) => Iterable<Datum>): HierarchyNode<Datum>
  export function tree<Datum>(): TreeLayout<Datum>
}
