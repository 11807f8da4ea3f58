/** Where each image is drawn: parents left, children right, one row for each leaf. */
import { hierarchy, tree } from 'd3-hierarchy'
import { allImages, allTags, childrenOf, hasImage, type ImageID, type ImageStore, parentOf } from 'layerfold'

export interface TreeNode {
  readonly id: ImageID
  readonly parent: ImageID | undefined
  readonly x: number
  readonly y: number
  readonly tags: readonly string[]
}

export interface Picture {
  readonly nodes: readonly TreeNode[]
  readonly byID: ReadonlyMap<string, TreeNode>
  readonly width: number
  readonly height: number
}

export const COLUMN = 216
export const ROW = 52
export const NODE = { width: 184, height: 36 } as const

interface Datum {
  readonly id: string
}

/** What an image says of itself is read when it is drawn. Images whose parent is not in the store stand at the left edge. */
export function pictureOf(store: ImageStore): Picture {
  const ids = allImages(store)
  const tags = new Map<string, string[]>()
  for (const { name, id } of allTags(store)) tags.set(id, [...(tags.get(id) ?? []), name])
  const isRoot = (id: string): boolean => {
    const parent = parentOf(store, id)
    return parent === undefined || !hasImage(store, parent)
  }
  const roots = ids.filter(isRoot)
  const childrenIn = (id: string): string[] =>
    id === '' ? roots : childrenOf(store, id).filter((child) => hasImage(store, child) && parentOf(store, child) === id)
  const top = tree<Datum>().nodeSize([ROW, COLUMN])(
    hierarchy<Datum>({ id: '' }, ({ id }) => childrenIn(id).map((child) => ({ id: child }))),
  )
  const placed = top.descendants().filter(({ data }) => data.id !== '')
  const left = Math.min(...placed.map(({ x }) => x), 0)
  const nodes = placed.map(({ data, x, y, parent }): TreeNode => {
    const id = data.id as ImageID
    const above = parent === null || parent.data.id === '' ? undefined : (parent.data.id as ImageID)
    return { id, parent: above, x: y - COLUMN, y: x - left, tags: tags.get(id) ?? [] }
  })
  return {
    nodes,
    byID: new Map(nodes.map((node) => [node.id, node])),
    width: Math.max(0, ...nodes.map(({ x }) => x)) + NODE.width,
    height: Math.max(0, ...nodes.map(({ y }) => y)) + NODE.height,
  }
}

export type Direction = 'parent' | 'child' | 'up' | 'down'

/** The image that an arrow key leads to; the same one where there is none. */
export function neighbour({ nodes, byID }: Picture, id: string, direction: Direction): string {
  const node = byID.get(id)
  if (node === undefined) return nodes[0]?.id ?? id
  if (direction === 'parent') return node.parent ?? id
  if (direction === 'child') return nodes.find(({ parent }) => parent === id)?.id ?? id
  const column = nodes.filter(({ x }) => x === node.x).sort((a, b) => a.y - b.y)
  const at = column.findIndex((each) => each.id === id)
  return column[at + (direction === 'down' ? 1 : -1)]?.id ?? id
}
