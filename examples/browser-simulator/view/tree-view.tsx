import type { ImageStore } from 'layerfold'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { madeBy } from '../model/step.ts'
import { COLUMN, type Direction, NODE, neighbour, type Picture, type TreeNode } from '../model/tree.ts'
import { isSeen, pan, reveal, type Size, showAll, type Viewport, zoomAt } from '../model/viewport.ts'

export interface TreeProps {
  readonly images: ImageStore
  readonly picture: Picture
  readonly used: ReadonlySet<string>
  readonly selected: string | undefined
  readonly onSelect: (image: string | undefined) => void
}

const STEP = 1.25
const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'parent',
  ArrowRight: 'child',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** The tree as a picture. Only what is in the frame is drawn, so that ten thousand images are no slower than ten. */
export function TreeView({ images, picture, used, selected, onSelect }: TreeProps): VNode {
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  const [view, setView] = useState<Viewport>({ x: 20, y: 20, scale: 1 })
  useLayoutEffect(() => setView(showAll(picture, size)), [picture, size])
  useEffect(() => {
    const node = selected === undefined ? undefined : picture.byID.get(selected)
    if (node !== undefined) setView((now) => reveal(now, boxOf(node), size))
  }, [selected, picture, size])
  const nodes = useMemo(() => picture.nodes.filter((node) => isSeen(view, boxOf(node), size)), [picture, view, size])
  const lines = useMemo(
    () => picture.nodes.filter((node) => node.parent && isSeen(view, lineBox(node, picture), size)),
    [picture, view, size],
  )
  const zoom = (factor: number): void => setView((now) => zoomAt(now, factor, size.width / 2, size.height / 2))
  const mouse = useDragAndWheel(setView)
  const press = (event: KeyboardEvent): void => {
    const direction = ARROWS[event.key]
    if (direction !== undefined && event.shiftKey) setView((now) => pan(now, ...shiftOf(direction)))
    else if (direction !== undefined)
      onSelect(selected === undefined ? picture.nodes[0]?.id : neighbour(picture, selected, direction))
    else if (event.key === '+' || event.key === '=') zoom(STEP)
    else if (event.key === '-') zoom(1 / STEP)
    else if (event.key === '0') setView(showAll(picture, size))
    else if (event.key === 'Escape') onSelect(undefined)
    else return
    event.preventDefault()
  }
  return (
    <div class="tree" ref={frame}>
      {picture.nodes.length === 0 ? (
        <p class="quiet empty">No images yet. Load a docker save archive, or start from a scenario.</p>
      ) : (
        <div
          class="tree-frame"
          role="tree"
          aria-label="Images"
          aria-activedescendant={selected === undefined ? undefined : domID(selected)}
          tabIndex={0}
          onKeyDown={press}
          {...mouse}
        >
          <svg role="none">
            <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
              {lines.map((node) => (
                <path key={node.id} class={used.has(node.id) ? 'line is-used' : 'line'} d={lineTo(node, picture)} />
              ))}
              {nodes.map((node) => (
                <Node
                  key={node.id}
                  node={node}
                  images={images}
                  isUsed={used.has(node.id)}
                  isSelected={node.id === selected}
                  onSelect={onSelect}
                />
              ))}
            </g>
          </svg>
        </div>
      )}
      <div class="zoom">
        <button type="button" class="icon" aria-label="Zoom in" onClick={() => zoom(STEP)}>
          +
        </button>
        <button type="button" class="icon" aria-label="Zoom out" onClick={() => zoom(1 / STEP)}>
          −
        </button>
        <button
          type="button"
          class="icon"
          aria-label="Show all"
          title="Show all"
          onClick={() => setView(showAll(picture, size))}
        >
          ⤢
        </button>
      </div>
    </div>
  )
}

function Node(props: {
  images: ImageStore
  node: TreeNode
  isUsed: boolean
  isSelected: boolean
  onSelect: (id: string) => void
}): VNode {
  const { images, node, isUsed, isSelected, onSelect } = props
  const { id, x, y, tags } = node
  const label = useMemo(() => madeBy(images, id), [id])
  const named = tags.length > 0
  return (
    <g
      id={domID(id)}
      role="treeitem"
      aria-selected={isSelected}
      aria-label={`${label}${named ? ` ${tags.join(' ')}` : ''}${isUsed ? ', reused' : ''}`}
      class={`node${isUsed ? ' is-used' : ''}${isSelected ? ' is-selected' : ''}`}
      transform={`translate(${x} ${y})`}
      onClick={() => onSelect(id)}
    >
      <rect width={NODE.width} height={NODE.height} rx={6} />
      <svg role="none" width={NODE.width - 6} height={NODE.height}>
        <text x={10} y={named ? 15 : 22}>
          {label}
        </text>{' '}
        {named && (
          <text class="tag" x={10} y={29}>
            {tags.join(' ')}
          </text>
        )}
      </svg>
    </g>
  )
}

const domID = (image: string): string => `image-${image.slice(7, 23)}`
const boxOf = ({ x, y }: TreeNode) => ({ x, y, ...NODE })

function lineBox(node: TreeNode, picture: Picture): Size & { x: number; y: number } {
  const parent = picture.byID.get(node.parent!)!
  const top = Math.min(parent.y, node.y)
  return { x: parent.x, y: top, width: node.x - parent.x, height: Math.abs(parent.y - node.y) + NODE.height }
}

/** From the parent's right side to the child's left side. */
function lineTo(node: TreeNode, picture: Picture): string {
  const parent = picture.byID.get(node.parent!)!
  const [x0, y0] = [parent.x + NODE.width, parent.y + NODE.height / 2]
  const [x1, y1] = [node.x, node.y + NODE.height / 2]
  const bend = (COLUMN - NODE.width) / 2
  return y0 === y1 ? `M${x0} ${y0}H${x1}` : `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`
}

function shiftOf(direction: Direction): [dx: number, dy: number] {
  return { parent: [60, 0], child: [-60, 0], up: [0, 60], down: [0, -60] }[direction] as [number, number]
}

function useSize(frame: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 800, height: 300 })
  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element
      if (width > 0) setSize((now) => (now.width === width && now.height === height ? now : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame])
  return size
}

/** Drag pans; the wheel zooms where the tree has the focus or Ctrl is held, and scrolls the page else. */
function useDragAndWheel(setView: (change: (now: Viewport) => Viewport) => void) {
  const held = useRef<{ x: number; y: number }>(null)
  return {
    onPointerDown: (event: PointerEvent) => {
      held.current = { x: event.clientX, y: event.clientY }
    },
    onPointerMove: (event: PointerEvent) => {
      const from = held.current
      if (from === null || event.buttons === 0) return
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y]
      held.current = { x: event.clientX, y: event.clientY }
      setView((now) => pan(now, dx, dy))
    },
    onPointerUp: () => {
      held.current = null
    },
    onWheel: (event: WheelEvent) => {
      const tree = event.currentTarget as HTMLElement
      if (!event.ctrlKey && document.activeElement !== tree) return
      event.preventDefault()
      const { left, top } = tree.getBoundingClientRect()
      setView((now) => zoomAt(now, 1.0015 ** -event.deltaY, event.clientX - left, event.clientY - top))
    },
  }
}
