import { startSHA256 } from '../digest/sha256.ts'
import { LayerfoldError } from '../errors.ts'
import { chunksOfStream } from './source.ts'

/** What moby's archive.DetectCompression would call the bytes. Only gzip is a web standard, so only gzip is undone here. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2'

/** How many first bytes `compressionOf` looks at. */
export const HEAD = 7

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
]

export function compressionOf(head: Uint8Array): Compression {
  const known = MAGIC.find(([, magic]) => magic.every((byte, at) => head[at] === byte))
  if (known !== undefined) return known[0]
  const text = String.fromCharCode(...head.subarray(0, HEAD))
  return /^BZh[1-9]1AY/.test(text) ? 'bzip2' : 'none' // the three letters alone could begin a file's name
}

/** The platform's own gzip decompression. */
export function gunzip(): ReadableWritablePair<Uint8Array, Uint8Array> {
  return new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>
}

/** A gzip stream that is fed piece by piece, and of whose content only the hash is kept. */
export interface Inflating {
  /** Waits until the piece is worked off. Throws what `count` threw. */
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<Inflated>
}

/** The SHA-256 of the content as hex; or what is wrong with the stream. */
export type Inflated = { readonly hex: string } | { readonly fault: string }

/** `count` hears of each piece of content, and stops the work by throwing a LayerfoldError. */
export function startInflating(count: (bytes: number) => void): Inflating {
  const { readable, writable } = gunzip()
  const writer = writable.getWriter()
  const inflated = hashOf(readable, count)
  let broken = false
  const breakOff = (): void => {
    broken = true
  }
  for (const ending of [inflated, writer.closed]) ending.catch(() => {}) // told by `end`
  return {
    async write(bytes) {
      if (!broken) await writer.write(bytes).catch(breakOff)
      if (broken) await inflated
    },
    async end() {
      if (!broken) await writer.close().catch(breakOff)
      return await inflated
    },
  }
}

async function hashOf(readable: ReadableStream<Uint8Array>, count: (bytes: number) => void): Promise<Inflated> {
  const hash = startSHA256()
  try {
    for await (const chunk of chunksOfStream(readable)) {
      count(chunk.length)
      hash.update(chunk)
    }
    return { hex: hash.hex() }
  } catch (error) {
    if (error instanceof LayerfoldError) throw error
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}
