const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Standard base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let digit = 0; digit < 4; digit++)
      text += at + digit > bytes.length ? '=' : ALPHABET[(three >> (18 - 6 * digit)) & 63]
  }
  return text
}

/** Standard base64, padded or not; `undefined` for a text that is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = Array.from(text.replace(/[=\s]/g, ''), (char) => ALPHABET.indexOf(char))
  if (digits.includes(-1)) return undefined
  const bytes: number[] = []
  for (let at = 0; at + 1 < digits.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = digits.slice(at, at + 4)
    const three = (a << 18) | (b << 12) | (c << 6) | d
    bytes.push(three >> 16, (three >> 8) & 255, three & 255)
  }
  return Uint8Array.from(bytes.slice(0, Math.floor((digits.length * 3) / 4)))
}
