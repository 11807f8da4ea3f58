import { runeAt, writeGoString } from '../go/text.ts'

const [SLASH, STAR, ANY, OPEN, CLOSE, NOT, DASH, ESCAPE] = [...'/*?[]^-\\'].map((char) => char.charCodeAt(0))

/** Whether a source word has wildcards (builder/dockerfile/copy.go containsWildcards). */
export function hasWildcards(word: string): boolean {
  return /[*?[]/.test(word.replace(/\\.?/gs, ''))
}

/**
 * Go's filepath.Match on Unix, byte for byte: `*` and `?` do not cross `/`, classes do. `undefined` when the pattern is malformed, as far as Go has
 * looked at it until the answer was known.
 */
export function matchPath(pattern: string, name: string): boolean | undefined {
  return pathMatcher(pattern)(name)
}

/** The same, for many names. */
export function pathMatcher(pattern: string): (name: string) => boolean | undefined {
  const pieces = splitPieces(writeGoString(pattern))
  return (name) => {
    const text = writeGoString(name)
    let at = 0
    for (const [index, { star, chunk }] of pieces.entries()) {
      if (star && chunk.length === 0) return !text.includes(SLASH!, at)
      const next = matchAfterStar(chunk, text, at, star, index === pieces.length - 1)
      if (next === undefined) return undefined
      if (next < 0) return false
      at = next
    }
    return at === text.length
  }
}

/** A piece of the pattern without star, and whether a star comes before it. */
interface Piece {
  readonly star: boolean
  readonly chunk: Uint8Array
}

function splitPieces(pattern: Uint8Array): readonly Piece[] {
  const pieces: Piece[] = []
  for (let rest = pattern; rest.length > 0; ) {
    const [star, chunk, after] = splitChunk(rest)
    pieces.push({ star, chunk })
    rest = after
  }
  return pieces
}

/** Where the text goes on after the chunk; -1 for no match. */
function matchAfterStar(chunk: Uint8Array, text: Uint8Array, at: number, star: boolean, last: boolean) {
  for (let from = at; from <= text.length; from++) {
    const next = matchChunk(chunk, text, from)
    if (next === undefined || (next >= 0 && !(last && next < text.length))) return next
    if (!star || text[from] === SLASH) return -1
  }
  return -1
}

/** The pattern's next piece without star, and whether a star comes before it. */
function splitChunk(pattern: Uint8Array): [star: boolean, chunk: Uint8Array, rest: Uint8Array] {
  let from = 0
  while (pattern[from] === STAR) from++
  let inClass = false
  let to = from
  for (; to < pattern.length; to++) {
    const byte = pattern[to]
    if (byte === ESCAPE) to += to + 1 < pattern.length ? 1 : 0
    else if (byte === OPEN) inClass = true
    else if (byte === CLOSE) inClass = false
    else if (byte === STAR && !inClass) break
  }
  return [from > 0, pattern.subarray(from, to), pattern.subarray(to)]
}

/** Goes on after a failure, to see whether the chunk is well-formed: so does Go. */
function matchChunk(chunk: Uint8Array, text: Uint8Array, at: number): number | undefined {
  let failed = false
  for (let i = 0; i < chunk.length; ) {
    failed ||= at >= text.length
    if (chunk[i] === OPEN) {
      const [rune, width] = failed ? [0, 0] : runeAt(text, at)
      const end = matchClass(chunk, i + 1, rune)
      if (end === undefined) return undefined
      failed ||= end < 0
      at += width
      i = Math.abs(end)
    } else if (chunk[i] === ANY) {
      failed ||= text[at] === SLASH
      at += failed ? 0 : runeAt(text, at)[1]
      i++
    } else {
      if (chunk[i] === ESCAPE && ++i === chunk.length) return undefined
      failed ||= chunk[i] !== text[at]
      at++
      i++
    }
  }
  return failed ? -1 : at
}

/** Where the chunk goes on after the class, negative when the rune is not in it. */
function matchClass(chunk: Uint8Array, at: number, rune: number): number | undefined {
  const negated = chunk[at] === NOT
  if (negated) at++
  let found = false
  for (let count = 0; chunk[at] !== CLOSE || count === 0; count++) {
    const low = classMember(chunk, at)
    if (low === undefined) return undefined
    const high = chunk[low.end] === DASH ? classMember(chunk, low.end + 1) : low
    if (high === undefined) return undefined
    if (low.rune <= rune && rune <= high.rune) found = true
    at = high.end
  }
  return found === negated ? -(at + 1) : at + 1
}

function classMember(chunk: Uint8Array, at: number): { rune: number; end: number } | undefined {
  if (chunk[at] === DASH || chunk[at] === CLOSE) return undefined
  if (chunk[at] === ESCAPE) at++
  if (at >= chunk.length) return undefined
  const [rune, width] = runeAt(chunk, at)
  const end = at + width
  return (rune === 0xfffd && width === 1) || end >= chunk.length ? undefined : { rune, end }
}
