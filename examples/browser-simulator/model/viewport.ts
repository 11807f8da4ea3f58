/** Which part of a picture is seen: screen = picture × scale + offset. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const MIN_SCALE = 0.15
export const MAX_SCALE = 2.5
const MARGIN = 20

export function pan(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x + dx, y: view.y + dy }
}

/** Zooms by the factor; the point of the screen stays where it is. */
export function zoomAt(view: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = clamp(view.scale * factor, MIN_SCALE, MAX_SCALE)
  const real = scale / view.scale
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real }
}

/** All of the picture, in the middle, and never larger than life; a tall one is shown from its top. */
export function showAll(picture: Size, frame: Size): Viewport {
  const room = { width: frame.width - 2 * MARGIN, height: frame.height - 2 * MARGIN }
  const scale = clamp(
    Math.min(1, room.width / Math.max(1, picture.width), room.height / Math.max(1, picture.height)),
    0.5,
    1,
  )
  const y = (frame.height - picture.height * scale) / 2
  return { scale, x: MARGIN, y: Math.max(MARGIN, y) }
}

/** The viewport moved as little as shows the box. */
export function reveal(view: Viewport, box: Size & { x: number; y: number }, frame: Size): Viewport {
  const shift = (from: number, to: number, room: number): number =>
    from < MARGIN ? MARGIN - from : to > room - MARGIN ? Math.max(room - MARGIN - to, MARGIN - from) : 0
  const [left, top] = [box.x * view.scale + view.x, box.y * view.scale + view.y]
  const dx = shift(left, left + box.width * view.scale, frame.width)
  const dy = shift(top, top + box.height * view.scale, frame.height)
  return dx === 0 && dy === 0 ? view : pan(view, dx, dy)
}

export function isSeen(view: Viewport, box: Size & { x: number; y: number }, frame: Size): boolean {
  const [left, top] = [box.x * view.scale + view.x, box.y * view.scale + view.y]
  return (
    left < frame.width && top < frame.height && left + box.width * view.scale > 0 && top + box.height * view.scale > 0
  )
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
