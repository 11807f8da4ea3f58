import { concat } from '../digest/bytes.ts'
import { malformed } from '../import/members.ts'
import { BLOCK } from './tar-header.ts'

/** A tar, taken block by block. */
export interface Blocks {
  /** `undefined` at the end. Throws `archive-malformed` when it is cut. */
  next(): Promise<Uint8Array | undefined>
  /** Hands over so many bytes, piece by piece, and passes the padding. Throws `archive-malformed` when they are cut. */
  pass(size: number, where: string, use: (bytes: Uint8Array) => void): Promise<void>
  /** Reads what comes after the end, as the daemon does. */
  drain(): Promise<void>
}

export function startBlocks(chunks: AsyncIterator<Uint8Array>, count: (bytes: number) => void): Blocks {
  let chunk: Uint8Array = new Uint8Array()
  const refill = async (): Promise<boolean> => {
    while (chunk.length === 0) {
      const { done, value } = await chunks.next()
      if (done) return false
      count(value.length)
      chunk = value
    }
    return true
  }
  /** How many bytes are missing at the end. */
  const pass = async (size: number, use: (bytes: Uint8Array) => void): Promise<number> => {
    let left = size
    while (left > 0 && (chunk.length > 0 || (await refill()))) {
      const piece = chunk.subarray(0, left)
      chunk = chunk.subarray(piece.length)
      left -= piece.length
      use(piece)
    }
    return left
  }
  return {
    async next() {
      const pieces: Uint8Array[] = []
      const left = await pass(BLOCK, (piece) => pieces.push(piece))
      if (left === BLOCK) return undefined
      if (left > 0) throw malformed('archive', 'unexpected EOF') // Go's words, here and below
      return pieces.length === 1 ? pieces[0]! : concat(pieces)
    },
    async pass(size, where, use) {
      if (size < 0) throw malformed(where, 'invalid tar header')
      if ((await pass(size, use)) > 0) throw malformed(where, 'unexpected EOF')
      await pass(-size & (BLOCK - 1), () => {})
    },
    async drain() {
      await pass(Number.POSITIVE_INFINITY, () => {})
    },
  }
}
