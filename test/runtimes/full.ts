import { emptyStore, findTagged, isLayerfoldError, shortID } from 'layerfold'
import { readContext } from 'layerfold/dockerfile'
import { importArchive } from 'layerfold/import'
import { type Assets, type Case, equal } from './cases.ts'

/** Needs web streams and Blob too. */
export const full: readonly Case[] = [
  { name: 'an archive is imported from bytes, a Blob and a stream', run: imports },
  { name: 'an archive is imported through gzip', run: gzipped },
  { name: 'a changed byte and a cut are told', run: broken },
  { name: 'an import is given up', run: aborted },
  { name: 'a context is read from a tar', run: contextOfTar },
]

async function imports({ app }: Assets): Promise<unknown> {
  const bytes = new Uint8Array(app)
  const sources = [bytes, new Blob([bytes]), new Blob([bytes]).stream(), pieces(bytes, 700)]
  const found = []
  for (const source of sources) {
    const [store, images] = await importArchive(emptyStore(), source)
    equal(shortID(findTagged(store, 'c:1')!), 'a4eb5d377a49')
    found.push(images)
  }
  return found
}

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

async function gzipped({ app }: Assets): Promise<unknown> {
  const stream = new Blob([new Uint8Array(app)]).stream().pipeThrough(new CompressionStream('gzip'))
  const [, images] = await importArchive(emptyStore(), stream as ReadableStream<Uint8Array>)
  return images
}

async function broken({ app }: Assets): Promise<unknown> {
  const changed = new Uint8Array(app)
  changed[512] = changed[512]! ^ 1 // inside the first member
  const codes = []
  for (const bytes of [changed, new Uint8Array(app).subarray(0, 9000), new Uint8Array(100)]) {
    codes.push(await importArchive(emptyStore(), bytes).then(() => 'imported', codeOf))
  }
  equal(codes.slice(1), ['archive-malformed', 'archive-malformed'])
  return codes
}

function codeOf(error: unknown): string {
  if (!isLayerfoldError(error)) throw error
  return error.code
}

async function aborted({ app }: Assets): Promise<unknown> {
  const reason = new Error('enough')
  const result = await importArchive(emptyStore(), new Uint8Array(app), { signal: AbortSignal.abort(reason) }).catch(
    (error) => error,
  )
  equal(result === reason, true)
  return 'given up'
}

async function contextOfTar({ tiny }: Assets): Promise<unknown> {
  const { context, kept } = await readContext(new Uint8Array(tiny), { keep: ['manifest.json'] })
  equal(kept.get('manifest.json')!.length > 0, true)
  return context
}
