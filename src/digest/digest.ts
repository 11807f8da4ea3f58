import { LayerfoldError } from '../errors.ts'
import { hexOf, hexToBytes, sha256Hex } from './sha256.ts'

declare const kind: unique symbol

/** `sha256:<64 lower-case hex>`, branded by what it is the digest of, so that a DiffID is no ImageID. */
export type Digest<Kind extends string> = string & { readonly [kind]: Kind }

/** Reads `sha256:<64 hex>`. Throws `digest-malformed`. Upper case is refused, as in Go's digest.Parse. */
export function parseDigest<Kind extends string>(text: string): Digest<Kind> {
  if (!isDigest<Kind>(text)) throw new LayerfoldError('digest-malformed', { text })
  return text
}

/** Whether the text is a whole SHA-256 digest. */
export function isDigest<Kind extends string>(text: string): text is Digest<Kind> {
  return text.length === 71 && DIGEST.test(text)
}

const DIGEST = /^sha256:[a-f0-9]{64}$/

/** The digest of the bytes. */
export function digestOf<Kind extends string>(bytes: Uint8Array): Digest<Kind> {
  return `sha256:${sha256Hex(bytes)}` as Digest<Kind>
}

/** The first twelve hex characters, as Docker prints ids. */
export function shortID(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12)
}

/** The 32 bytes that the digest spells. */
export function bytesOfDigest(digest: Digest<string>): Uint8Array {
  return hexToBytes(digest.slice(7))
}

/** The digest that 32 bytes spell; the inverse of `bytesOfDigest`. */
export function digestOfBytes<Kind extends string>(bytes: Uint8Array): Digest<Kind> {
  return `sha256:${hexOf(bytes)}` as Digest<Kind>
}
