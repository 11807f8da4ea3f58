import { readGoString, replaceInvalid, writeGoString } from '../go/text.ts'

/** Go's unicode.IsSpace. */
export function isSpace(char: string | undefined): boolean {
  if (char === undefined) return false
  const code = char.charCodeAt(0)
  if (code < 0x80) return code === 0x20 || (code >= 9 && code <= 13)
  return /^\p{White_Space}$/u.test(char)
}

/** Go's strings.TrimLeftFunc with unicode.IsSpace. */
export function trimStart(text: string): string {
  let start = 0
  while (isSpace(text[start])) start++
  return text.slice(start)
}

/** Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  let end = text.length
  while (isSpace(text[end - 1])) end--
  return trimStart(text.slice(0, end))
}

/** Go's strings.ToUpper: character by character, so `ß` stays. */
export function toUpper(text: string): string {
  return mapCase(text, (char) => char.toUpperCase())
}

/** Go's strings.ToLower. */
export function toLower(text: string): string {
  return mapCase(text, (char) => char.toLowerCase())
}

function mapCase(text: string, map: (char: string) => string): string {
  if (/^[\w-]*$/.test(text)) return map(text)
  return replaceInvalid(text).replace(/./gsu, (char) => {
    const mapped = map(char)
    return [...mapped].length === 1 ? mapped : char
  })
}

/** The bytes of a Go string, each as the character of that number: for code that goes by bytes and takes them for characters. */
export function toByteText(text: string): string {
  return Array.from(writeGoString(text), (byte) => String.fromCharCode(byte)).join('')
}

/** The inverse of `toByteText`. */
export function fromByteText(bytes: string): string {
  return readGoString(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))
}

/** Go's strings.Cut: what stands before the first separator, and after it where there is one. */
export function cut(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
