import { describe, expect, it } from 'vitest'
import { importArchive } from '../../src/import/index.ts'
import { emptyStore } from '../../src/store/store.ts'
import { compress, failureOf, readRecording } from './archives.ts'

const NAME = '098-orphan--a'

describe('an abort', () => {
  it('before the import throws the reason and reads nothing', async () => {
    const reason = new Error('no longer wanted')
    let asked = 0
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true as const, value: ++asked }) }),
    }
    const importing = importArchive(emptyStore(), source, { signal: AbortSignal.abort(reason) })
    await expect(importing).rejects.toBe(reason)
    expect(asked).toBe(0)
  })

  it('ends an import whose source hangs from the start', async () => {
    const hanging = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })
    await expect(importArchive(emptyStore(), hanging, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  it.each([
    ['plain', async () => readRecording(NAME)],
    ['gzip', () => compress(readRecording(NAME))],
  ])('ends an import whose %s source hangs half way, and closes the source', async (_, make) => {
    const bytes = await make()
    let reason: unknown
    const hanging = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes.subarray(0, 400)),
      pull: () => new Promise(() => {}),
      cancel: (why) => {
        reason = why
      },
    })
    const aborting = new AbortController()
    const importing = importArchive(emptyStore(), hanging, { signal: aborting.signal })
    setTimeout(() => aborting.abort(new Error('enough')), 20)
    await expect(importing).rejects.toThrow('enough')
    expect(reason).toEqual(new Error('enough'))
  })

  it('from the progress report ends it inside a layer', async () => {
    const aborting = new AbortController()
    const onProgress = (): void => aborting.abort(new Error('enough'))
    const importing = importArchive(emptyStore(), readRecording(NAME), { signal: aborting.signal, onProgress })
    await expect(importing).rejects.toThrow('enough')
  })
})

describe('a source', () => {
  it.each([
    ['at once', 0],
    ['half way', 5],
  ])('that fails %s fails the import with its own error', async (_, chunks) => {
    const failure = new Error('disk on fire')
    const importing = importArchive(emptyStore(), failing(failure, chunks))
    await expect(importing).rejects.toBe(failure)
  })

  it('that gives text instead of bytes fails with a TypeError', async () => {
    const texts = (async function* () {
      yield 'text'
    })() as unknown as AsyncIterable<Uint8Array>
    await expect(importArchive(emptyStore(), texts)).rejects.toThrow(TypeError)
  })

  it('is closed when the archive is refused', async () => {
    let closed = false
    const source = (async function* () {
      try {
        while (true) yield new Uint8Array(700).fill(7)
      } finally {
        closed = true
      }
    })()
    await failureOf(source)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(closed).toBe(true)
  })

  it('whose progress listener throws passes that on', async () => {
    const onProgress = (): void => {
      throw new RangeError('bad listener')
    }
    const importing = importArchive(emptyStore(), readRecording(NAME), { onProgress })
    await expect(importing).rejects.toThrow('bad listener')
  })
})

async function* failing(failure: Error, chunks: number): AsyncGenerator<Uint8Array> {
  const bytes = readRecording(NAME)
  for (let at = 0; at < chunks; at++) yield bytes.subarray(at * 512, (at + 1) * 512)
  throw failure
}
