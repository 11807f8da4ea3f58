import { compileSteps, runSteps } from './ignore-machine.ts'

/**
 * What a .dockerignore pattern matches; `undefined` where moby finds it malformed. moby (fileutils.Pattern.compile @ v20.10.24) writes a Go expression
 * and leaves most of its special characters alone, so `a+` and `(a|b)` mean what they mean there. Go's POSIX classes and its rarer escapes (`\x41`, `\pL`, `\Q`,
 * `\A`, `\z`) count as malformed here.
 */
export function compileGlob(pattern: string): ((text: string) => boolean) | undefined {
  const tokens = fromGo(`^${goSource(pattern)}$`)
  if (tokens === undefined) return undefined
  try {
    const regexp = new RegExp(tokens.join(''), 'u')
    const steps = compileSteps(tokens)
    const stars = pattern.length > 1000 || /[(|+{]/.test(pattern) ? 99 : tokens.filter((token) => token === '*').length
    return steps && ((text) => ((text.length + 1) ** stars < QUICK ? regexp.test(text) : runSteps(steps, text)))
  } catch {
    return undefined // a repetition of nothing, a parenthesis without its pair: malformed in Go too
  }
}

/** Up to so many ways to share a text out among the stars, the engine's own search is quicker; it tries them one by one. */
const QUICK = 1_000_000

function goSource(pattern: string): string {
  return pattern.replace(/\*\*\/?|\\?./gsu, (part, at: number) => {
    if (part.startsWith('**')) return at + part.length < pattern.length ? '(.*/)?' : '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part === '.' || part === '$' ? `\\${part}` : part
  })
}

/** One token of a Go expression: a class, an escape, a count, or a character. */
const TOKEN = /\[(\^?)(\]?(?:\\.|[^\]\\])*)(\]?)|\\(.?)|(\{(?:0|[1-9]\d*)(?:,(?:0|[1-9]\d*)?)?\})|./gsu

function fromGo(source: string): string[] | undefined {
  const out: string[] = []
  for (const [token, negated, members, end, escaped, count] of source.matchAll(TOKEN)) {
    let part: string | undefined = token
    if (members !== undefined) part = end === '' ? undefined : classFromGo(negated!, members)
    else if (escaped !== undefined) part = ESCAPED[escaped] ?? wrap(member(token))
    else if (count === undefined) part = PLAIN[token] ?? token
    if (part === undefined) return undefined
    out.push(part)
  }
  return out
}

/** What JavaScript writes in another way. */
const PLAIN: Readonly<Record<string, string>> = { '.': '[^\\n]', '^': '(?:^)', '{': '\\{', '}': '\\}', ']': '\\]' }
const ESCAPED: Readonly<Record<string, string>> = { b: '(?:\\b)', B: '(?:\\B)', S: '[^\\t\\n\\f\\r ]' }

function classFromGo(negated: string, members: string): string | undefined {
  if (/\[:\^?\w+:/.test(members)) return undefined
  let out = ''
  for (const [, low, high] of members.matchAll(/(\\.|.)(?:-(\\.|.))?/gsu)) {
    const from = member(low!)
    const to = high === undefined ? '' : member(high)
    if (from === undefined || to === undefined) return undefined
    out += to === '' ? from : `${from}-${to}`
  }
  return wrap(negated + out)
}

const wrap = (members: string | undefined): string | undefined => members && `[${members}]`

/** A character, escaped or not, as a class has it. */
function member(text: string): string | undefined {
  if (/^\\[dDwWfnrtv]$/.test(text)) return text
  if (text === '\\a') return '\\x07'
  if (text === '\\s') return '\\t\\n\\f\\r '
  if (/^\\(?:[\da-zA-Z\u{80}-\u{10ffff}]|$)/u.test(text)) return undefined
  return `\\u{${text
    .replace(/^\\(?=.)/s, '')
    .codePointAt(0)!
    .toString(16)}}`
}
