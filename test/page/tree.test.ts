import { createImages, emptyStore, setParent } from 'layerfold'
import { describe, expect, it } from 'vitest'
import { samples } from '../../examples/browser-simulator/model/samples.ts'
import { momentAt } from '../../examples/browser-simulator/model/state.ts'
import { COLUMN, neighbour, pictureOf } from '../../examples/browser-simulator/model/tree.ts'
import { isSeen, pan, reveal, showAll, type Viewport, zoomAt } from '../../examples/browser-simulator/model/viewport.ts'

const { images } = momentAt(samples.find(({ name }) => name === 'multi-stage')!.make())

describe('the picture of the images', () => {
  it('puts each child one column right of its parent, and no two in one place', () => {
    const { nodes, byID } = pictureOf(images)
    expect(nodes).toHaveLength(images.size)
    for (const { parent, x } of nodes) expect(x).toBe(parent === undefined ? 0 : byID.get(parent)!.x + COLUMN)
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
    expect(nodes.flatMap(({ tags }) => tags).sort()).toEqual(['alpine:3.19', 'app:latest', 'golang:1.22'])
  })

  it('is walked by keys', () => {
    const picture = pictureOf(images)
    const leaf = picture.nodes.find(({ tags }) => tags.includes('app:latest'))!
    const parent = neighbour(picture, leaf.id, 'parent')
    expect(parent).toBe(leaf.parent)
    expect(neighbour(picture, parent, 'child')).toBe(leaf.id)
    const root = picture.nodes.find(({ parent }) => parent === undefined)!.id
    expect(neighbour(picture, root, 'parent')).toBe(root)
    const below = neighbour(picture, root, 'down')
    expect(neighbour(picture, below, 'up')).toBe(root)
  })

  it('draws ten thousand images in time', () => {
    const raw = (n: number) =>
      new TextEncoder().encode(JSON.stringify({ os: 'linux', comment: `${n}`, rootfs: { type: 'layers' } }))
    const [made, results] = createImages(
      emptyStore(),
      Array.from({ length: 10_000 }, (_, n) => raw(n)),
    )
    const ids = results.map((result) => (result.outcome === 'error' ? '' : result.id))
    let store = made
    for (let n = 1; n < ids.length; n++) [store] = setParent(store, ids[n]!, ids[n >> 2]!)
    const start = performance.now()
    const { nodes } = pictureOf(store)
    expect(performance.now() - start).toBeLessThan(2000)
    expect(nodes).toHaveLength(10_000)
    const seen = nodes.filter((node) =>
      isSeen({ x: 0, y: 0, scale: 1 }, { ...node, width: 184, height: 36 }, { width: 1200, height: 300 }),
    )
    expect(seen.length).toBeLessThan(60)
  })
})

describe('the viewport', () => {
  const view: Viewport = { x: 10, y: 20, scale: 1 }

  it('zooms around the pointer, within bounds', () => {
    const zoomed = zoomAt(view, 2, 110, 120)
    expect(zoomed).toEqual({ scale: 2, x: -90, y: -80 })
    expect(zoomAt(view, 1000, 0, 0).scale).toBe(2.5)
    expect(zoomAt(zoomAt(view, 2, 50, 50), 0.5, 50, 50)).toEqual(view)
    expect(pan(view, 5, -5)).toEqual({ x: 15, y: 15, scale: 1 })
  })

  it('shows all, and moves no more than it must', () => {
    const frame = { width: 400, height: 300 }
    expect(showAll({ width: 100, height: 40 }, frame)).toEqual({ scale: 1, x: 20, y: 130 })
    expect(showAll({ width: 10_000, height: 40 }, frame).scale).toBe(0.5)
    const box = { x: 500, y: 10, width: 100, height: 40 }
    expect(reveal(view, box, frame)).toEqual({ x: -220, y: 20, scale: 1 })
    expect(reveal(view, { ...box, x: 100 }, frame)).toBe(view)
  })
})
