import { concat } from '../digest/bytes.ts'
/** Where an archive comes from. A stream or an iterable is read once, from its beginning, and is closed when the import ends, well or not. */
export type ArchiveSource = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** What broke on the caller's side, to be told apart from a broken archive: the source itself failed, or the caller gave up. */
export interface Trouble {
  found?: { readonly error: unknown }
}

/** The source's bytes as they come. Its own failures and an abort end it and are noted in `trouble`. */
export async function* chunksOf(
  source: ArchiveSource,
  signal: AbortSignal | undefined,
  trouble: Trouble,
): AsyncGenerator<Uint8Array, void> {
  const reader = streamOf(source).getReader()
  const stop = (): void => {
    reader.cancel(signal?.reason).catch(() => {}) // the reason is already known to whoever waits
  }
  signal?.addEventListener('abort', stop)
  try {
    while (true) {
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      if (done) return
      if (!ArrayBuffer.isView(value)) throw new TypeError('An archive source gives Uint8Array chunks.')
      yield value
    }
  } catch (error) {
    trouble.found = { error }
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}

/** What one stream gives, until it ends; giving up early cancels the stream. */
export async function* chunksOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader()
  let ended = false
  try {
    while (true) {
      const { done, value } = await reader.read()
      ended = done
      if (done) return
      yield value
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {}) // it has failed, and says so to the one who reads
    reader.releaseLock()
  }
}

/** The same chunks, of which the first has at least `length` bytes, or is all there is. */
export async function* withHead(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array, void> {
  let head: Uint8Array | undefined = new Uint8Array()
  for await (const chunk of chunks) {
    if (head === undefined) yield chunk
    else {
      head = concat([head, chunk])
      if (head.length < length) continue
      yield head
      head = undefined
    }
  }
  if (head !== undefined && head.length > 0) yield head
}

/** A stream that asks for a chunk only when someone reads. */
export function streamOfChunks(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel() {
        // not awaited: a generator that hangs would never return
        Promise.resolve(iterator.return?.()).catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}

function streamOf(source: ArchiveSource): ReadableStream<Uint8Array> {
  if ('getReader' in source) return source
  if (ArrayBuffer.isView(source)) return streamOfChunks(slices(source))
  return 'stream' in source ? source.stream() : streamOfChunks(source)
}

const SLICE = 256 * 1024

/** So that even a large array in memory is hashed in steps, between which an abort is noticed. */
async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE)
}
