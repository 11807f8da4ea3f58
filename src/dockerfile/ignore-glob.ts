/**
 * A .dockerignore pattern as a regular expression, or `undefined` where moby finds it malformed. moby (fileutils.Pattern.compile @ v20.10.24) writes a Go
 * expression and leaves most of its special characters alone, so `a+` and `(a|b)` mean what they mean there; that text is then put in JavaScript's words.
 */
export function compileGlob(pattern: string): RegExp | undefined {
  const source = fromGo(goSource(pattern))
  if (source === undefined) return undefined
  try {
    return new RegExp(`^${source}$`, 'u')
  } catch {
    return undefined // a repetition of nothing, a parenthesis without its pair: malformed in Go too
  }
}

function goSource(pattern: string): string {
  return pattern.replace(/\*\*\/?(?=($)?)|\\?./gsu, (part, end: string | undefined) => {
    if (part.startsWith('**')) return end === undefined ? '(.*/)?' : '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part === '.' || part === '$' ? `\\${part}` : part
  })
}

/** One token of a Go expression: a class, an escape, a count, or a character. */
const TOKEN = /\[(\^?)(\]?(?:\\.|[^\]\\])*)(\]?)|\\(.?)|(\{\d+(?:,\d*)?\})|./gsu

function fromGo(source: string): string | undefined {
  let out = ''
  for (const [token, negated, members, end, escaped, count] of source.matchAll(TOKEN)) {
    let part: string | undefined = token
    if (members !== undefined) part = end === '' ? undefined : classFromGo(negated === '^', members)
    else if (escaped !== undefined) part = ESCAPES[escaped] ?? literal(escaped)
    else if (count === undefined) part = PLAIN[token] ?? token
    if (part === undefined) return undefined
    out += part
  }
  return out
}

/** What JavaScript writes in another way. */
const PLAIN: Readonly<Record<string, string>> = { '.': '[^\\n]', '^': '(?:^)', '{': '\\{', '}': '\\}', ']': '\\]' }
const ESCAPES: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[0-9A-Za-z_]',
  W: '[^0-9A-Za-z_]',
  s: '[\\t\\n\\f\\r ]',
  S: '[^\\t\\n\\f\\r ]',
  b: '(?:\\b)',
  B: '(?:\\B)',
  A: '(?:^)',
  z: '(?:$)',
  a: '\\x07',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
}

/** An escaped ASCII sign stands for itself. Any other is refused; here, unlike in Go, also octal, hex and Unicode escapes, and POSIX classes. */
function literal(char: string): string | undefined {
  return /^[!-/:-@[-`{-~ ]$/.test(char) ? codePoint(char) : undefined
}

const codePoint = (char: string): string => `\\u{${char.codePointAt(0)!.toString(16)}}`

const MEMBER = /(\\.|.)(?:-(\\.|.))?/gsu

function classFromGo(negated: boolean, members: string): string | undefined {
  if (/\[:\^?\w+:/.test(members)) return undefined
  let out = ''
  for (const [, low, high] of members.matchAll(MEMBER)) {
    const from = member(low!)
    const to = high === undefined ? '' : member(high)
    if (from === undefined || to === undefined) return undefined
    out += to === '' ? from : `${from}-${to}`
  }
  return `[${negated ? '^' : ''}${out}]`
}

function member(text: string): string | undefined {
  if (!text.startsWith('\\')) return codePoint(text)
  const escaped = text.slice(1)
  return /^[dwsafnrtv]$/.test(escaped) ? ESCAPES[escaped]!.replace(/^\[(.*)\]$/, '$1') : literal(escaped)
}
