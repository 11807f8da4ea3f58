import { checkGrowth, fault } from './fault.ts'

/** A shell pattern's parts: a literal character, any one (`?`), any number (`*`). */
type Part = { readonly is: 'char'; readonly char: string } | { readonly is: 'one' | 'many' }

/** `${value#pattern}` and `%`, `##`, `%%`: the value without its shortest, or longest, start or end that matches (buildkit's trimPrefix). */
export function trimMatch(value: string, pattern: string, side: '#' | '%'): string {
  const longest = pattern.startsWith(side)
  const parts = readPattern(longest ? pattern.slice(1) : pattern, pattern.slice(longest ? 1 : 0))
  const chars = [...value]
  if (side === '#') return chars.slice(Math.max(0, matchEnds(parts, chars, longest)[0]!)).join('')
  const length = Math.max(0, matchEnds(parts.reverse(), chars.toReversed(), longest)[0]!)
  return chars.slice(0, chars.length - length).join('')
}

/** `${value/pattern/replacement}`: the first longest match, or with `//` every one. */
export function replaceMatches(value: string, pattern: string, replacement: string, all: boolean): string {
  const chars = [...value]
  const ends = matchEnds(readPattern(pattern, pattern), chars, true)
  let out = ''
  let done = 0
  let last = -1
  for (let at = 0; at <= chars.length && (all || last < 0); at++) {
    const end = ends[at]!
    if (end < 0 || (end === at && at === last)) continue
    out += chars.slice(done, at).join('') + replacement
    checkGrowth(out.length - value.length)
    done = last = end
    at = Math.max(at, end - 1)
  }
  return out + chars.slice(done).join('')
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

/** Layerfold's own bound: some seconds. */
const MOST_STEPS = 2 ** 28

/**
 * From each character, where the longest or the shortest match ends; -1 for none. Goes backwards and once: `ends` is of the character behind, part by part of
 * the pattern, and becomes that of this one.
 */
function matchEnds(parts: readonly Part[], chars: readonly string[], longest: boolean): Int32Array {
  if (parts.length * chars.length > MOST_STEPS)
    throw fault(`layerfold tries no pattern of ${parts.length} characters on a value of ${chars.length}`)
  const found = new Int32Array(chars.length + 1)
  const ends = new Int32Array(parts.length + 1).fill(-1)
  for (let at = chars.length; at >= 0; at--) {
    let behind = ends[parts.length]!
    ends[parts.length] = at
    for (let state = parts.length - 1; state >= 0; state--) {
      const part = parts[state]!
      const stay = ends[state]!
      if (part.is === 'char') ends[state] = part.char === chars[at] ? behind : -1
      else if (part.is === 'one') ends[state] = chars[at] === '\n' ? -1 : behind
      else {
        const [none, some] = [ends[state + 1]!, chars[at] === '\n' ? -1 : stay]
        ends[state] = longest || none < 0 || some < 0 ? Math.max(none, some) : Math.min(none, some)
      }
      behind = stay
    }
    found[at] = ends[0]!
  }
  return found
}
