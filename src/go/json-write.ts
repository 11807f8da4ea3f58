import { replaceInvalid } from './text.ts'

/** How a Go release writes JSON: `\b` and `\f` are `\u0008` and `\u000c` before Go 1.22. */
export type ControlEscapes = 'long' | 'short'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be escaped
const SPECIAL = /["\\<>&\u0000-\u001f\u2028\u2029]|\p{Surrogate}/gu
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const SHORT_SINCE_1_22: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f' }

/** A JSON string as Go's encoding/json writes it: `<>&` and line separators escaped, each invalid byte as the six characters `\ufffd` (spec 2.1). */
export function writeString(text: string, controls: ControlEscapes): string {
  return `"${text.replace(SPECIAL, (char) => escapeChar(char, controls))}"`
}

function escapeChar(char: string, controls: ControlEscapes): string {
  const short = SHORT[char] ?? (controls === 'short' ? SHORT_SINCE_1_22[char] : undefined)
  if (short !== undefined) return short
  return `\\u${replaceInvalid(char).charCodeAt(0).toString(16).padStart(4, '0')}`
}
