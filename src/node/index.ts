import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

export { type DirectoryOptions, type ReadDirectory, readDirectory } from './read-directory.ts'

/** The bytes of a file, read in pieces as they are asked for: what `importArchive` takes. An unreadable file fails the first read with Node's own error. */
export function readFileStream(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path)) as unknown as ReadableStream<Uint8Array>
}
