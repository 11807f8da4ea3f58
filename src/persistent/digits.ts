/** What keys spell, for `Trie`: each kind of key has one of these. */

/** A number of 30 bits or fewer: stays a small integer in every engine. */
export function intDigits(key: number, depth: number): number {
  return (key >> (4 * depth)) & 15
}

/** Lower-case hex of one fixed length: entries come in the order of the text. */
export function hexDigits(key: string, depth: number): number {
  return hexValue(key.charCodeAt(depth))
}

/** `sha256:<64 hex>`: entries come in the order of the hex. */
export function digestDigits(key: string, depth: number): number {
  return hexValue(key.charCodeAt(7 + depth))
}

/** Any string: eight digits of a hash, then its length, then its characters, so that no two strings spell the same. */
export function textDigits(key: string, depth: number): number {
  if (depth < 8) return (hashText(key) >> (4 * depth)) & 15
  if (depth < 16) return (key.length >> (4 * (depth - 8))) & 15
  return (key.charCodeAt((depth - 16) >> 2) >> (4 * (depth & 3))) & 15
}

/** Multiply-and-xor over the UTF-16 units (FNV-1a's constants). A filter only: nothing relies on it but the balance of the trie. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}

function hexValue(code: number): number {
  return code < 58 ? code - 48 : code - 87
}
