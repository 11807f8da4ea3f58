import { createTarDecoder } from 'modern-tar'
import { startSHA256 } from '../digest/sha256.ts'
import { LayerfoldError } from '../errors.ts'

/** Where an archive's bytes come from. A stream is read once, in pieces. */
export type ArchiveSource = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** What an archive may cost before it is refused. */
export interface ImportLimits {
  /** Of the whole archive and of each compressed layer, after decompression. 64 GiB unless told. */
  readonly bytes?: number
  /** Members of the tar. 100 000 unless told. */
  readonly members?: number
  /** Of all members kept in memory: the JSON documents. 256 MiB unless told. */
  readonly kept?: number
}

/** One member of an archive, after it has streamed past. */
export interface Member {
  readonly name: string
  /** Digest of the bytes as they are in the archive. */
  readonly digest: string
  /** Digest of the bytes after gzip, where they are gzip. */
  readonly diffID: string
  /** The bytes of a member small enough to be a JSON document. */
  readonly bytes: Uint8Array | undefined
  /** Where a symbolic or hard link points, as written. */
  readonly link: string | undefined
}

type Bytes = Uint8Array<ArrayBuffer>

/** No image config that Docker takes is larger. */
const SMALL = 8 * 2 ** 20

/**
 * Streams a tar past, gzip or not, and keeps of each member its digests, and the bytes of the small ones. Throws `archive-malformed`, `archive-too-large`, or what the
 * signal aborts with. Members are by their cleaned names; a name that leaves the archive or comes twice is refused.
 */
export async function readMembers(
  source: ArchiveSource,
  limits: ImportLimits,
  signal?: AbortSignal,
): Promise<Map<string, Member>> {
  const { bytes = 64 * 2 ** 30, members: most = 100_000, kept = 256 * 2 ** 20 } = limits
  const members = new Map<string, Member>()
  let room = kept
  const whole = await plain(limited(chunksOf(source, signal), bytes, 'the archive'), bytes, 'the archive')
  for await (const entry of coded(
    iterate(toStream(whole).pipeThrough(createTarDecoder({ strict: true }))),
    'the archive',
  )) {
    const { name: written, type, linkname } = entry.header
    const body = iterate(entry.body)
    if (type === 'directory') {
      for await (const _ of body);
      continue
    }
    const name = cleanName(written)
    if (members.has(name))
      throw new LayerfoldError('archive-malformed', { where: name, reason: 'the name comes twice' })
    if (members.size >= most)
      throw new LayerfoldError('archive-too-large', { where: name, what: 'members', limit: most })
    const link = type === 'symlink' || type === 'link' ? (linkname ?? '') : undefined
    const member = await readMember(name, link, body, Math.min(SMALL, room), bytes)
    room -= member.bytes?.length ?? 0
    members.set(name, member)
  }
  if (members.size === 0)
    throw new LayerfoldError('archive-malformed', { where: 'the archive', reason: 'no tar member in it' })
  return members
}

/** `./a//b` → `a/b`. Throws `archive-malformed` for what leaves the archive. */
export function cleanName(name: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '..' && parts.pop() === undefined)
      throw new LayerfoldError('archive-malformed', { where: name, reason: 'the name leaves the archive' })
    if (part !== '' && part !== '.' && part !== '..') parts.push(part)
  }
  if (name.startsWith('/'))
    throw new LayerfoldError('archive-malformed', { where: name, reason: 'the name is absolute' })
  return parts.join('/')
}

async function readMember(
  name: string,
  link: string | undefined,
  body: AsyncIterable<Uint8Array>,
  room: number,
  limit: number,
): Promise<Member> {
  const raw = startSHA256()
  const keep: Uint8Array[] = []
  let size = 0
  const seen = tap(body, (chunk) => {
    raw.update(chunk)
    size += chunk.length
    if (size <= room) keep.push(chunk.slice())
    else keep.length = 0
  })
  const inner = startSHA256()
  for await (const chunk of await plain(seen, limit, name)) inner.update(chunk)
  return {
    name,
    digest: `sha256:${raw.hex()}`,
    diffID: `sha256:${inner.hex()}`,
    bytes: size <= room ? joined(keep, size) : undefined,
    link,
  }
}

/** The bytes, decompressed where they begin as gzip does. */
async function plain(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  where: string,
): Promise<AsyncIterable<Uint8Array>> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  while (head.length < 4) {
    const next = await iterator.next()
    if (next.done) break
    head = joined([head, next.value], head.length + next.value.length)
  }
  const all = rest(head, iterator)
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    throw new LayerfoldError('archive-malformed', { where, reason: 'zstd compression is not supported' })
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) return all
  const unzipped = iterate(
    toStream(all).pipeThrough(
      new DecompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
    ),
  )
  return limited(coded(unzipped, where), limit, where)
}

async function* rest(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
}

async function* tap(chunks: AsyncIterable<Uint8Array>, look: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    look(chunk)
    yield chunk
  }
}

async function* limited(chunks: AsyncIterable<Uint8Array>, limit: number, where: string): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limit) throw new LayerfoldError('archive-too-large', { where, what: 'bytes', limit })
    yield chunk
  }
}

/** What the tar and gzip decoders throw, as one coded error that keeps theirs as its cause. */
async function* coded<T>(values: AsyncIterable<T>, where: string): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  for (;;) {
    let next: IteratorResult<T>
    try {
      next = await iterator.next()
    } catch (error) {
      if (error instanceof LayerfoldError || (error instanceof Error && error.name === 'AbortError')) throw error
      throw new LayerfoldError(
        'archive-malformed',
        { where, reason: error instanceof Error ? error.message : String(error) },
        error,
      )
    }
    if (next.done) return
    yield next.value
  }
}

async function* chunksOf(source: ArchiveSource, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const chunks =
    source instanceof Uint8Array
      ? [source]
      : source instanceof Blob
        ? iterate(source.stream())
        : source instanceof ReadableStream
          ? iterate(source)
          : source
  for await (const chunk of chunks) {
    signal?.throwIfAborted()
    yield chunk
  }
}

async function* iterate<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    reader.releaseLock()
  }
}

function toStream(chunks: AsyncIterable<Uint8Array>): ReadableStream<Bytes> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value as Bytes)
    },
  })
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
