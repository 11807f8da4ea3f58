import { concat } from '../digest/bytes.ts'
import { type Hashing, startSHA256 } from '../digest/sha256.ts'
import { LayerfoldError } from '../errors.ts'
import type { Reading } from './archive.ts'
import { compressionOf, HEAD, type Inflated, type Inflating, startInflating } from './compression.ts'
import { type Meter, tooLarge } from './limits.ts'
import { type FileMember, unreadable } from './members.ts'
import { chunksOfStream, withHead } from './source.ts'

/**
 * Takes a file's hashes while it streams past, and keeps it when it is JSON. Throws `archive-malformed` when the body ends early,
 * `archive-too-large`, and `archive-digest-mismatch` when it is a blob that is not what its name says.
 */
export async function readFile(
  name: string,
  body: ReadableStream<Uint8Array>,
  meter: Meter,
  reading: Reading,
): Promise<FileMember> {
  const file = await passThrough(name, body, meter, reading)
  const expected = name.replace(/^blobs\/sha256\/(?=[a-f0-9]{64}$)/, 'sha256:')
  if (expected === name || file.digest === undefined || file.digest === expected) return file
  throw new LayerfoldError('archive-digest-mismatch', { where: name, expected, actual: file.digest })
}

async function passThrough(
  name: string,
  body: ReadableStream<Uint8Array>,
  meter: Meter,
  reading: Reading,
): Promise<FileMember> {
  let work: Work | undefined
  try {
    for await (const chunk of withHead(chunksOfStream(body), HEAD)) {
      reading.signal?.throwIfAborted()
      work ??= beginWork(name, chunk, meter, reading)
      if (work.passOver) return { ...nothing, compression: work.compression }
      await workOn(work, chunk)
    }
  } catch (error) {
    throw unreadable(name, error)
  }
  return await finish(work ?? beginWork(name, new Uint8Array(), meter, reading))
}

const nothing: FileMember = {
  type: 'file',
  content: undefined,
  digest: undefined,
  compression: 'none',
  diffID: undefined,
  fault: undefined,
}

/** All that is done with one file at once. */
interface Work {
  readonly compression: FileMember['compression']
  readonly passOver: boolean
  readonly hash: Hashing
  readonly inflating: Inflating | undefined
  readonly checkSize: (bytes: number) => void
  readonly meter: Meter
  /** Not kept any more: `dropped`. Never kept: `undefined`. */
  kept: Uint8Array[] | 'dropped' | undefined
}

function beginWork(name: string, head: Uint8Array, meter: Meter, { layers, limits }: Reading): Work {
  const compression = compressionOf(head)
  const isJSON = ' \t\r\n{['.includes(String.fromCharCode(head[0] ?? 0))
  const passOver = layers === 'skip' && !isJSON
  const checkContentSize = sizeCheck(name, limits.layerBytes)
  const countContent = (bytes: number): void => {
    checkContentSize(bytes)
    meter.count(bytes)
  }
  return {
    compression,
    passOver,
    hash: startSHA256(),
    inflating: compression === 'gzip' && !passOver ? startInflating(countContent) : undefined,
    checkSize: sizeCheck(name, limits.layerBytes),
    meter,
    kept: isJSON ? [] : undefined,
  }
}

function sizeCheck(name: string, limit: number): (bytes: number) => void {
  let size = 0
  return (bytes) => {
    size += bytes
    if (size > limit) throw tooLarge(name, 'layerBytes', limit)
  }
}

async function workOn(work: Work, chunk: Uint8Array): Promise<void> {
  work.checkSize(chunk.length)
  work.hash.update(chunk)
  work.kept = keep(work, chunk)
  await work.inflating?.write(chunk)
}

function keep({ kept, meter }: Work, chunk: Uint8Array): Work['kept'] {
  if (kept === undefined || kept === 'dropped') return kept
  if (meter.keep(chunk.length)) {
    kept.push(chunk)
    return kept
  }
  meter.drop(kept.reduce((length, { length: more }) => length + more, 0))
  return 'dropped'
}

async function finish({ compression, hash, inflating, kept }: Work): Promise<FileMember> {
  const digest = `sha256:${hash.hex()}`
  const inflated: Inflated = (await inflating?.end()) ?? { hex: digest.slice(7) }
  return {
    type: 'file',
    content: Array.isArray(kept) ? concat(kept) : kept,
    digest,
    compression,
    diffID: 'hex' in inflated ? `sha256:${inflated.hex}` : undefined,
    fault: 'fault' in inflated ? inflated.fault : undefined,
  }
}
