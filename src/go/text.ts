/**
 * Go strings are bytes, JavaScript's are UTF-16. The two meet like this: valid UTF-8 becomes the same characters, and a byte 0xNN that is not part of
 * valid UTF-8 becomes the lone surrogate U+DCNN, which no valid text has. So nothing is lost, and back gives the same bytes.
 */

const encoder = /* @__PURE__ */ new TextEncoder()
const strict = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of valid UTF-8; `undefined` when the bytes are not. A byte order mark stays. */
export function readUTF8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined // the decoder's only failure is invalid UTF-8
  }
}

/** Bytes as a Go string, each invalid byte kept as a lone surrogate. Go takes one byte for each error, where WHATWG merges some. */
export function readGoString(bytes: Uint8Array): string {
  const text = readUTF8(bytes)
  if (text !== undefined) return text
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    out += length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : strict.decode(bytes.subarray(at, at + length))
    at += length || 1
  }
  return out
}

/** The bytes of a Go string; the inverse of `readGoString`. */
export function writeGoString(text: string): Uint8Array {
  if (!/\p{Surrogate}/u.test(text)) return encoder.encode(text)
  const bytes = new Uint8Array(text.length * 3)
  let length = 0
  for (const [index, part] of text.split(/(\p{Surrogate})/u).entries()) {
    if (index % 2) bytes[length++] = part.charCodeAt(0)
    else length += encoder.encodeInto(part, bytes.subarray(length)).written
  }
  return bytes.slice(0, length)
}

/** What Go's JSON and text scanners make of a string: each invalid byte is U+FFFD. */
export function replaceInvalid(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Go's order of strings: by their UTF-8 bytes. JavaScript's own differs where surrogate pairs meet U+E000 … U+FFFF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    if (x < 0x80 || y < 0x80 || (x < 0xd800 && y < 0xd800)) return x - y
    return compareBytes(writeGoString(a), writeGoString(b))
  }
  return a.length - b.length
}

/** Puts texts in Go's order, in place. */
export function sortText(texts: string[]): string[] {
  return texts.some((text) => /[\ud800-\uffff]/.test(text)) ? texts.sort(compareText) : texts.sort()
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** Go's utf8.DecodeRune: the character at `at` and its width in bytes; U+FFFD of width 1 for an invalid byte. */
export function runeAt(bytes: Uint8Array, at: number): [rune: number, width: number] {
  const first = bytes[at]!
  if (first < 0x80) return [first, 1]
  const width = sequenceLength(bytes, at)
  return width === 0 ? [0xfffd, 1] : [strict.decode(bytes.subarray(at, at + width)).codePointAt(0)!, width]
}

/** How many bytes the valid UTF-8 sequence at `at` has; 0 when there is none. The ranges are those of Unicode's table 3-7. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  const second = bytes[at + 1] ?? 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (first < 0xc2 || first > 0xf4 || second < low || second > high) return 0
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}
