import { concat } from '../digest/bytes.ts'
import { readGoString } from '../go/text.ts'
import { openTar } from '../import/archive.ts'
import { defaultLimits, type ImportLimits, type Meter, startMeter, tooLarge } from '../import/limits.ts'
import { malformed, unreadable } from '../import/members.ts'
import { type ArchiveSource, chunksOf, chunksOfStream, type Trouble } from '../import/source.ts'
import { type BuildContext, type ContextEntry, pathKey } from './context.ts'
import { startSum } from './sum.ts'
import { type Blocks, startBlocks } from './tar-blocks.ts'
import { completeHeader, type RawHeader, type Records, readHeaderBlock, readRecords, textAt } from './tar-header.ts'

export interface ContextOptions {
  /** `configBytes` counts what is kept, `layerBytes` any one file. Default for `members`: 1 048 576. */
  readonly limits?: ImportLimits
  /** The paths whose content is wanted too. Default: `Dockerfile`. */
  readonly keep?: readonly string[]
  readonly signal?: AbortSignal
  /** Called often, with the bytes that have been read so far, after decompression. */
  readonly onProgress?: (bytes: number) => void
}

export interface ReadContext {
  readonly context: BuildContext
  /** By the path that was asked for. */
  readonly kept: ReadonlyMap<string, Uint8Array>
}

/**
 * Reads the tar that a client sends to be built, gzip-compressed or not, once and in any order; content is hashed while it streams past. A kept path that is a
 * link is followed; of what came before it, small files are held for that. Throws `archive-malformed`, `archive-too-large`, the signal's reason, and what the source throws.
 */
export async function readContext(source: ArchiveSource, options: ContextOptions = {}): Promise<ReadContext> {
  const { signal, onProgress, keep = ['Dockerfile'] } = options
  signal?.throwIfAborted()
  const limits = { ...defaultLimits, members: MEMBERS, ...options.limits }
  const meter = startMeter(limits, onProgress)
  const wanted = startKeeping(['.dockerignore', ...keep])
  const trouble: Trouble = {}
  let chunks: AsyncGenerator<Uint8Array, void> | undefined
  try {
    chunks = chunksOfStream(await openTar(chunksOf(source, signal, trouble)))
    const blocks = startBlocks(chunks, meter.count)
    const entries = await readEntries({ blocks, meter, limits, wanted })
    await blocks.drain()
    return withKept(entries, wanted, keep)
  } catch (error) {
    signal?.throwIfAborted()
    throw trouble.found === undefined ? unreadable('archive', error) : trouble.found.error
  } finally {
    chunks?.return().catch(() => {}) // not awaited: a stream that hangs would never return
  }
}

const MEMBERS = 2 ** 20

interface Reading {
  readonly blocks: Blocks
  readonly meter: Meter
  readonly limits: Required<ImportLimits>
  readonly wanted: Keeping
}

async function readEntries(reading: Reading): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = []
  let before: Before = NOTHING
  for (let raw = await nextHeader(reading.blocks); raw !== undefined; raw = await nextHeader(reading.blocks)) {
    if ('xgLK'.includes(raw.typeflag)) {
      before = readBefore(before, raw, await readSpecial(reading.blocks, raw))
      continue
    }
    reading.meter.countMember()
    entries.push(await readEntry(reading, raw, before))
    before = NOTHING
  }
  return entries
}

/** What was said about the next file before its header. */
interface Before {
  readonly pax: Records
  readonly longName: string
  readonly longLink: string
}

const NOTHING: Before = { pax: new Map(), longName: '', longLink: '' }

/** Global records are for nobody: Go returns them as an entry of their own. */
function readBefore(before: Before, { typeflag }: RawHeader, bytes: Uint8Array): Before {
  if (typeflag === 'g') return NOTHING
  if (typeflag === 'x') return { ...before, pax: readRecords(bytes) }
  const name = textAt(bytes, 0, bytes.length)
  return typeflag === 'L' ? { ...before, longName: name } : { ...before, longLink: name }
}

async function nextHeader(blocks: Blocks): Promise<RawHeader | undefined> {
  const block = await blocks.next()
  const header = block && readHeaderBlock(block)
  if (block === undefined || header !== undefined) return header
  const second = await blocks.next()
  if (second !== undefined && readHeaderBlock(second) !== undefined) throw malformed('archive', 'invalid tar header')
  return undefined
}

async function readSpecial(blocks: Blocks, { size, path }: RawHeader): Promise<Uint8Array> {
  if (size > SPECIAL_BYTES) throw malformed(path, 'header field too long') // Go's words
  const chunks: Uint8Array[] = []
  await blocks.pass(size, path, (bytes) => chunks.push(bytes))
  return concat(chunks)
}

/** Go's limit for names and PAX records. */
const SPECIAL_BYTES = 2 ** 20

async function readEntry({ blocks, meter, limits, wanted }: Reading, raw: RawHeader, before: Before) {
  const header = completeHeader(raw, before.pax, before.longName, before.longLink)
  const { path, type, size, link } = header
  const key = pathKey(path)
  const hash = startSum(header)
  if (type === 'symlink' || type === 'hardlink') wanted.addLink(key, targetOf(key, type, link ?? ''))
  if (type === 'file') {
    if (size > limits.layerBytes) throw tooLarge(path, 'layerBytes', limits.layerBytes)
    const kept: Uint8Array[] | undefined = wanted.has(key) || wanted.takeRoom(size) ? [] : undefined
    if (wanted.has(key) && !meter.keep(size)) throw tooLarge(path, 'configBytes', limits.configBytes)
    await blocks.pass(size, path, (bytes) => {
      hash.update(bytes)
      kept?.push(bytes.slice())
    })
    wanted.put(key, kept && concat(kept))
  }
  return { ...header, sum: hash.hex() }
}

function targetOf(key: string, type: 'symlink' | 'hardlink', link: string): string {
  const isFromRoot = type === 'hardlink' || link.startsWith('/')
  return pathKey(isFromRoot ? link : `${key.slice(0, key.lastIndexOf('/') + 1)}${link}`)
}

/** Contents by key: those that are wanted, and, as long as there is room, any other, for a link may want it later. */
interface Keeping {
  has(key: string): boolean
  /** Whether a file of that size may be held. Then its room is taken. */
  takeRoom(size: number): boolean
  /** `undefined`: the file was not held. */
  put(key: string, content: Uint8Array | undefined): void
  /** What a wanted link leads to is wanted too. */
  addLink(key: string, target: string): void
  /** `undefined` where no file is. Throws `archive-malformed` for one that is gone. */
  get(path: string): Uint8Array | undefined
}

/** Bytes, of all that is held beside what is wanted. */
const ROOM = 2 ** 20

function startKeeping(paths: readonly string[]): Keeping {
  const wanted = new Set(paths.map(pathKey))
  const gone = new Set<string>()
  const contents = new Map<string, Uint8Array>()
  const links = new Map<string, string>()
  let room = ROOM
  return {
    has: (key) => wanted.has(key),
    takeRoom: (size) => {
      if (size > room) return false
      room -= size
      return true
    },
    put: (key, content) => {
      links.delete(key)
      if (content === undefined) gone.add(key)
      else {
        gone.delete(key)
        contents.set(key, content)
      }
    },
    addLink: (key, target) => {
      contents.delete(key)
      links.set(key, target)
      if (wanted.has(key)) wanted.add(target)
    },
    get: (path) => {
      let key: string | undefined = pathKey(path)
      for (let hops = 0; hops < 40 && links.has(key); hops++) key = links.get(key)!
      if (gone.has(key)) throw malformed(path, `it leads to ${key}, which came before it and was too large to hold`)
      return contents.get(key)
    },
  }
}

function withKept(entries: readonly ContextEntry[], wanted: Keeping, keep: readonly string[]): ReadContext {
  const ignore = wanted.get('.dockerignore')
  const kept = keep.flatMap((path): [string, Uint8Array][] => {
    const content = wanted.get(path)
    return content === undefined ? [] : [[path, content]]
  })
  const context = ignore === undefined ? { entries } : { entries, dockerignore: readGoString(ignore) }
  return { context, kept: new Map(kept) }
}
