import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

export { bytesToHex as hexOf, hexToBytes }

/** SHA-256 of the bytes as 64 lower-case hex characters; synchronous, the same in every runtime. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes))
}

/** A hash that is fed piece by piece: memory does not grow with the size of what is hashed. */
export interface Hashing {
  update(bytes: Uint8Array): Hashing
  hex(): string
}

export function startSHA256(): Hashing {
  const hash = sha256.create()
  const hashing: Hashing = {
    update(bytes) {
      hash.update(bytes)
      return hashing
    },
    hex: () => bytesToHex(hash.digest()),
  }
  return hashing
}
