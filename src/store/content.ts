import { readUTF8, writeGoString } from '../go/text.ts'

/**
 * An image's raw bytes as a store keeps them: as text where they are valid UTF-8, else as they are, or as what differs from another image's text.
 * Which one it is cannot be seen from outside.
 */
export type Content = string | Uint8Array | Delta

/** Text as a walk over `base`: pairs of numbers copy `[start, end)` of it, strings are new. */
export interface Delta {
  readonly base: string | Delta
  readonly parts: readonly (number | string)[]
  /** How many deltas lie between here and a whole text. */
  readonly depth: number
}

/** Deltas in a row before a whole text is kept again. A read at the far end costs about as much as a few decodings (bench/memory). */
const MAX_DEPTH = 64

export function packContent(raw: Uint8Array): string | Uint8Array {
  return readUTF8(raw) ?? raw.slice()
}

/** A copy of the very bytes that were packed. */
export function unpackContent(content: Content): Uint8Array {
  return content instanceof Uint8Array ? content.slice() : writeGoString(textOf(content))
}

/** The text of the content; `undefined` when it is not valid UTF-8. */
export function contentText(content: Content): string | undefined {
  return content instanceof Uint8Array ? undefined : textOf(content)
}

/**
 * The same content, kept as its difference from `base` where that is much smaller. An image's config repeats its parent's: history, layers, environment;
 * kept apart, a chain of builds grows with the square of its length.
 */
export function relativeTo(base: Content, content: Content): Content {
  if (typeof content !== 'string' || base instanceof Uint8Array) return content
  const depth = typeof base === 'string' ? 1 : base.depth + 1
  if (depth > MAX_DEPTH) return content
  const parts = difference(textOf(base), content)
  return cost(parts) * 2 < content.length ? { base, parts, depth } : content
}

function textOf(content: string | Delta): string {
  const deltas: Delta[] = []
  while (typeof content !== 'string') {
    deltas.push(content)
    content = content.base
  }
  return deltas.reduceRight(applyDelta, content)
}

function applyDelta(base: string, { parts }: Delta): string {
  let text = ''
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    text += typeof part === 'string' ? part : base.slice(part, parts[++i] as number)
  }
  return text
}

/** Bytes, roughly: eight for each number and reference, a header for each string. */
function cost(parts: readonly (number | string)[]): number {
  return parts.reduce((sum: number, part) => sum + 8 + (typeof part === 'string' ? 24 + part.length : 0), 32)
}

/** How much of the new text is looked for in the old one to find the way back: longer than any key that configs repeat. */
const WINDOW = 24

/**
 * Copies for as long as both agree, then looks for the next member of the JSON (a `,`) at which the old text, from here on, reads the same.
 * Greedy and forward only, for image configs grow at the end of their lists.
 */
function difference(old: string, text: string): (number | string)[] {
  const parts: (number | string)[] = []
  let from = 0
  let at = 0
  while (at < text.length) {
    const same = commonLength(old, from, text, at)
    if (same > 0) parts.push(from, from + same)
    from += same
    at += same
    if (at === text.length) break
    const back = findWayBack(old, from, text, at)
    parts.push(ownCopy(text.slice(at, back.at)))
    from = back.from
    at = back.at
  }
  return parts
}

function commonLength(a: string, i: number, b: string, j: number): number {
  const most = Math.min(a.length - i, b.length - j)
  let length = 0
  while (length < most && a.charCodeAt(i + length) === b.charCodeAt(j + length)) length++
  return length
}

function findWayBack(old: string, from: number, text: string, at: number): { from: number; at: number } {
  for (let comma = text.indexOf(',', at); comma >= 0; comma = text.indexOf(',', comma + 1)) {
    const found = old.indexOf(text.slice(comma, comma + WINDOW), from)
    if (found >= 0) return { from: found, at: comma }
  }
  return { from, at: text.length }
}

/** A text of its own: engines keep a cut piece as a view that holds the whole alive. */
function ownCopy(piece: string): string {
  return ` ${piece}`.slice(1)
}
