import { SHA256 } from '@stablelib/sha256'

/** SHA-256 of the bytes as 64 lower-case hex characters; synchronous, the same in every runtime. */
export function sha256Hex(bytes: Uint8Array): string {
  return hexOf(whole.reset().update(bytes).digest())
}

/** Used anew for each whole text: its buffers cost more than the hash of a short one. */
const whole = /* @__PURE__ */ new SHA256()

/** A hash that is fed piece by piece: memory does not grow with the size of what is hashed. */
export interface Hashing {
  update(bytes: Uint8Array): Hashing
  hex(): string
}

export function startSHA256(): Hashing {
  const hash = new SHA256()
  const hashing: Hashing = {
    update(bytes) {
      hash.update(bytes)
      return hashing
    },
    hex: () => hexOf(hash.digest()),
  }
  return hashing
}

const HEX = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two lower-case characters a byte. */
export function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (let at = 0; at < bytes.length; at++) hex += HEX[bytes[at]!]
  return hex
}

/** The bytes that the hex spells; the inverse of `hexOf`. */
export function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}
