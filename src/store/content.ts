import { readUTF8, writeGoString } from '../go/text.ts'

/**
 * An image's raw bytes as a store keeps them: as text where they are valid UTF-8, else as they are, or as what differs from another image's text.
 * Which one it is cannot be seen from outside.
 */
export type Content = string | Uint8Array | Delta

/** Text as a walk over `base`. */
export interface Delta {
  readonly base: string | Delta
  /** Again and again: where to copy from in the base, how many characters, how many new ones follow, and these. One string costs the least memory. */
  readonly steps: string
  /** How many deltas lie between here and a whole text. */
  readonly depth: number
}

/** Deltas in a row before a whole text is kept again. A read at the far end costs about as much as a few decodings (bench/memory). */
const MAX_DEPTH = 64

export function packContent(raw: Uint8Array): string | Uint8Array {
  return readUTF8(raw) ?? raw.slice()
}

/** What was packed: its text where it is valid UTF-8, else its bytes, which are not to be changed. */
export function wholeContent(content: Content): string | Uint8Array {
  return content instanceof Uint8Array ? content : textOf(content)
}

/** A copy of the very bytes that were packed. */
export function unpackContent(content: Content): Uint8Array {
  return content instanceof Uint8Array ? content.slice() : writeGoString(textOf(content))
}

/**
 * The same content, kept as its difference from `base` where that is much smaller. An image's config repeats its parent's: history, layers, environment;
 * kept apart, a chain of builds grows with the square of its length.
 * `whole` says the same as `base`, and is quicker to read where it is a text.
 */
export function relativeTo(base: Content, content: Content, whole: Content = base): Content {
  if (typeof content !== 'string' || base instanceof Uint8Array || whole instanceof Uint8Array) return content
  const depth = typeof base === 'string' ? 1 : base.depth + 1
  if (depth > MAX_DEPTH) return content
  const steps = difference(textOf(whole), content)
  return steps !== undefined && steps.length * 2 < content.length ? { base, steps, depth } : content
}

function textOf(content: string | Delta): string {
  const deltas: Delta[] = []
  while (typeof content !== 'string') {
    deltas.push(content)
    content = content.base
  }
  return deltas.reduceRight(applyDelta, content)
}

function applyDelta(base: string, { steps }: Delta): string {
  const reader = { steps, at: 0 }
  let text = ''
  while (reader.at < steps.length) {
    const from = readCount(reader)
    text += base.slice(from, from + readCount(reader))
    const added = readCount(reader)
    text += steps.slice(reader.at, reader.at + added)
    reader.at += added
  }
  return text
}

/** Seven bits a character, the lowest first: the string stays one byte a character. */
function writeCount(count: number): string {
  let text = ''
  for (; count > 127; count = Math.floor(count / 128)) text += String.fromCharCode(128 + (count % 128))
  return text + String.fromCharCode(count)
}

function readCount(reader: { readonly steps: string; at: number }): number {
  let count = 0
  for (let unit = 1; ; unit *= 128) {
    const code = reader.steps.charCodeAt(reader.at++)
    count += (code % 128) * unit
    if (code < 128) return count
  }
}

/** How much of the new text is looked for in the old one to find the way back: longer than any key that configs repeat. */
const WINDOW = 24

/** Characters of the old text that are searched for one difference, some milliseconds: configs of 10 kB with a thousand new members take less. */
const MOST_SEARCHED = 2 ** 24

/**
 * Copies for as long as both agree, then looks for the next member of the JSON (a `,`) at which the old text, from here on, reads the same.
 * Greedy and forward only, for image configs grow at the end of their lists. `undefined` where that takes too long.
 */
function difference(old: string, text: string): string | undefined {
  const steps: string[] = []
  let from = 0
  let at = 0
  let left = MOST_SEARCHED
  while (at < text.length) {
    const same = commonLength(old, from, text, at)
    const back = findWayBack(old, from + same, text, at + same, left)
    if (back.left < 0) return undefined
    steps.push(writeCount(from), writeCount(same), writeCount(back.at - at - same), text.slice(at + same, back.at))
    from = back.from
    at = back.at
    left = back.left
  }
  return steps.join('')
}

/** Engines compare two slices ten times as fast as we can their characters. */
const BLOCK = 256

function commonLength(a: string, i: number, b: string, j: number): number {
  const most = Math.min(a.length - i, b.length - j)
  let length = 0
  const agree = (end: number): boolean => a.slice(i + length, i + end) === b.slice(j + length, j + end)
  while (length + BLOCK <= most && agree(length + BLOCK)) length += BLOCK
  while (length < most && a.charCodeAt(i + length) === b.charCodeAt(j + length)) length++
  return length
}

interface WayBack {
  readonly from: number
  readonly at: number
  /** How many characters may still be searched. */
  readonly left: number
}

function findWayBack(old: string, from: number, text: string, at: number, most: number): WayBack {
  let left = most
  for (let comma = text.indexOf(',', at); comma >= 0 && left >= 0; comma = text.indexOf(',', comma + 1)) {
    const found = old.indexOf(text.slice(comma, comma + WINDOW), from)
    left -= (found < 0 ? old.length : found) - from
    if (found >= 0) return { from: found, at: comma, left }
  }
  return { from, at: text.length, left }
}
