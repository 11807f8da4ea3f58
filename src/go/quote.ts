/** Go's strconv.Quote, fmt's `%q`: what builder comments are made of (spec 8.3). */
export function quote(text: string): string {
  return `"${text.replace(NOT_PLAIN, (char) => escapeChar(char, '"'))}"`
}

/** Go's strconv.QuoteRune: `%q` of an integer. Surrogates and values beyond Unicode are quoted as U+FFFD. */
export function quoteRune(code: number): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  const char = String.fromCodePoint(valid ? code : 0xfffd)
  if (char === '"') return `'"'`
  return `'${char === "'" ? "\\'" : char.replace(NOT_PLAIN, (c) => escapeChar(c, "'"))}'`
}

/** Everything but what Go prints as it is: letters, marks, numbers, punctuation, symbols and the ASCII space; and the quote and the backslash. */
const NOT_PLAIN = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

const SHORT: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

function escapeChar(char: string, quote: string): string {
  if (char === '"') return quote === '"' ? '\\"' : char
  const short = SHORT[char]
  if (short !== undefined) return short
  const code = char.codePointAt(0)!
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code & 0xff, 2)}` // an invalid byte, see text.ts
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
