import { fault } from './fault.ts'

/** A shell pattern's parts: a literal character, any one (`?`), any number (`*`). */
type Part = { readonly is: 'char'; readonly char: string } | { readonly is: 'one' | 'many' }

/** `${value#pattern}` and `%`, `##`, `%%`: the value without its shortest, or longest, start or end that matches (buildkit's trimPrefix). */
export function trimMatch(value: string, pattern: string, side: '#' | '%'): string {
  const longest = pattern.startsWith(side)
  const parts = readPattern(longest ? pattern.slice(1) : pattern, pattern.slice(longest ? 1 : 0))
  const chars = [...value]
  if (side === '#') return chars.slice(matchLength(parts, chars, 0, longest) ?? 0).join('')
  const length = matchLength(parts.reverse(), chars.toReversed(), 0, longest) ?? 0
  return chars.slice(0, chars.length - length).join('')
}

/** `${value/pattern/replacement}`: the first longest match, or with `//` every one. */
export function replaceMatches(value: string, pattern: string, replacement: string, all: boolean): string {
  const parts = readPattern(pattern, pattern)
  const chars = [...value]
  let out = ''
  let end = -1
  let at = 0
  while (at <= chars.length && (all || end < 0)) {
    const length = matchLength(parts, chars, at, true)
    const found = length !== undefined && (length > 0 || at !== end)
    if (found) {
      out += replacement
      end = at + length
    }
    if (found && length > 0) at = end
    else out += chars[at++] ?? ''
  }
  return out + chars.slice(at).join('')
}

function readPattern(pattern: string, shown: string): Part[] {
  const chars = [...pattern]
  const parts: Part[] = []
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!
    if (char === '*') parts.push({ is: 'many' })
    else if (char === '?') parts.push({ is: 'one' })
    else if (char !== '\\') parts.push({ is: 'char', char })
    else {
      const next = chars[at + 1]
      if (next === '}' || next === '/') continue
      if (next !== '*' && next !== '?' && next !== '\\')
        throw fault(`invalid pattern (${shown}) in substitution: invalid escape '\\${next ?? '\ufffd'}'`)
      parts.push({ is: 'char', char: next })
      at++
    }
  }
  return parts
}

/** How many characters from `start` match, fewest or most; `undefined` when none do. All ways are followed at once, so it takes no longer than both lengths multiplied. */
function matchLength(
  parts: readonly Part[],
  chars: readonly string[],
  start: number,
  longest: boolean,
): number | undefined {
  let states = withStars(parts, new Set([0]))
  let found: number | undefined
  for (let at = start; ; at++) {
    if (states.has(parts.length)) found = at - start
    if (at >= chars.length || states.size === 0 || (found !== undefined && !longest)) return found
    const next = new Set<number>()
    for (const state of states) {
      const part = parts[state]
      if (part === undefined) continue
      if (part.is === 'char' ? part.char === chars[at] : chars[at] !== '\n')
        next.add(part.is === 'many' ? state : state + 1)
    }
    states = withStars(parts, next)
  }
}

/** A star may match nothing: the state after it is there too. */
function withStars(parts: readonly Part[], states: Set<number>): Set<number> {
  for (const state of states) if (parts[state]?.is === 'many') states.add(state + 1)
  return states
}
