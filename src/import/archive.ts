import { createTarDecoder, type ParsedTarEntry } from 'modern-tar'
import { compressionOf, gunzip, HEAD } from './compression.ts'
import { type ImportLimits, type Meter, startMeter } from './limits.ts'
import { readFile } from './member-file.ts'
import { cleanName, linkTarget, type Member, type Members, malformed, unreadable } from './members.ts'
import { type ArchiveSource, chunksOf, streamOfChunks, type Trouble, withHead } from './source.ts'

/** How to read an archive. */
export interface Reading {
  readonly limits: Required<ImportLimits>
  /** `skip`: members that are not JSON are passed over, not hashed. */
  readonly layers: 'verify' | 'skip'
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((bytes: number) => void) | undefined
}

/**
 * Reads a tar from end to end, once, in any order of members, gzip-compressed or not. Throws `archive-malformed`, `archive-too-large`, and
 * `archive-digest-mismatch` for a blob that is not what its name says; the signal's reason; and what the source itself throws, as it is.
 */
export async function readArchive(source: ArchiveSource, reading: Reading): Promise<Members> {
  reading.signal?.throwIfAborted()
  const trouble: Trouble = {}
  const meter = startMeter(reading.limits, reading.onProgress)
  try {
    const tar = await openTar(chunksOf(source, reading.signal, trouble))
    return await readMembers(tar.pipeThrough(counting(meter)), meter, reading)
  } catch (error) {
    reading.signal?.throwIfAborted()
    throw trouble.found === undefined ? error : trouble.found.error
  }
}

/** The tar itself: gzip is undone. Throws `archive-malformed`. */
export async function openTar(source: AsyncIterable<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const chunks = withHead(source, HEAD)
  const first = await chunks.next()
  if (first.done) throw malformed('archive', 'is empty')
  const stream = streamOfChunks(startingWith(first.value, chunks))
  const compression = compressionOf(first.value)
  if (compression === 'none') return stream
  if (compression === 'gzip') return stream.pipeThrough(gunzip())
  await chunks.return()
  throw malformed('archive', `is compressed with ${compression}, which is not supported`)
}

async function* startingWith(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield first
    yield* rest
  } finally {
    await rest.return()
  }
}

function counting(meter: Meter): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      meter.count(chunk.length)
      controller.enqueue(chunk)
    },
  })
}

async function readMembers(tar: ReadableStream<Uint8Array>, meter: Meter, reading: Reading): Promise<Members> {
  const members = new Map<string, Member>()
  const entries = tar.pipeThrough(createTarDecoder({ strict: true })).getReader()
  try {
    for (let entry = await nextEntry(entries); entry !== undefined; entry = await nextEntry(entries)) {
      reading.signal?.throwIfAborted()
      meter.countMember()
      const name = cleanName(entry.header.name)
      if (name === undefined) throw malformed(entry.header.name, 'the name leaves the archive')
      const member = await readMember(name, entry, meter, reading)
      if (member === undefined) continue
      if (members.has(name)) throw malformed(name, 'is in the archive twice')
      members.set(name, member)
    }
    return members
  } finally {
    entries.cancel().catch(() => {}) // already ended, or failing with what is being thrown
  }
}

async function nextEntry(entries: ReadableStreamDefaultReader<ParsedTarEntry>): Promise<ParsedTarEntry | undefined> {
  try {
    return (await entries.read()).value
  } catch (error) {
    throw unreadable('archive', error)
  }
}

/** `undefined` for what cannot be part of an image: directories, devices. */
async function readMember(
  name: string,
  { header, body }: ParsedTarEntry,
  meter: Meter,
  reading: Reading,
): Promise<Member | undefined> {
  const { type, linkname } = header
  if (type === 'file') return await readFile(name, body, meter, reading)
  await body.cancel()
  return type === 'symlink' || type === 'link'
    ? { type: 'link', target: linkTarget(name, type, linkname ?? '') }
    : undefined
}
