import { bytesOfDigest, digestOfBytes } from '../digest/digest.ts'
import type { Time } from '../go/time.ts'
import type { ImageID } from '../image/image.ts'
import { viewOf } from './bytes.ts'

/**
 * What a table says of one image; its config bytes follow the table. In order: the id (32 bytes), the flags (1), the length of the config (4), and where the flags say
 * so the parent's id (32) and the time of the last update (8 for seconds as a float, 4 for nanoseconds, 4 for the offset). Numbers are little-endian.
 */
export interface ImageEntry {
  readonly id: ImageID
  /** The image is gone; nothing else is said of it. Journals only. */
  readonly gone: boolean
  /** Bytes of the config; `undefined` where they are known from before. */
  readonly length: number | undefined
  readonly indexed: boolean
  readonly builtLocally: boolean
  readonly parent: ImageID | undefined
  readonly lastUpdated: Time | undefined
  /** Not in the set of children of its parent. Snapshots only: a journal tells sets of children by themselves. */
  readonly apart: boolean
}

const INDEXED = 1
const BUILT_LOCALLY = 2
const PARENT = 4
const LAST_UPDATED = 8
const APART = 16
const GONE = 32
const CONTENT = 64

/** Bytes of an entry without parent and time. */
const FIXED = 37
const UTC = 0x7fffffff

export function writeEntry(entry: ImageEntry): Uint8Array {
  const { parent, lastUpdated: time } = entry
  const bytes = new Uint8Array(sizeOf(flagsOf(entry)))
  const view = viewOf(bytes)
  bytes.set(bytesOfDigest(entry.id))
  bytes[32] = flagsOf(entry)
  view.setUint32(33, entry.length ?? 0, true)
  if (parent !== undefined) bytes.set(bytesOfDigest(parent), FIXED)
  if (time !== undefined) {
    const at = bytes.length - 16
    view.setFloat64(at, time.seconds, true)
    view.setUint32(at + 8, time.nanos, true)
    view.setInt32(at + 12, time.zone === 'Z' ? UTC : time.zone, true)
  }
  return bytes
}

/** The entries of a table; `undefined` where the bytes are none. */
export function readEntries(table: Uint8Array): ImageEntry[] | undefined {
  const entries: ImageEntry[] = []
  for (let at = 0; at < table.length; ) {
    const flags = table[at + 32] ?? 0
    const size = sizeOf(flags)
    if (at + size > table.length || flags > 127) return undefined
    entries.push(readEntry(table.subarray(at, at + size), flags))
    at += size
  }
  return entries
}

function readEntry(bytes: Uint8Array, flags: number): ImageEntry {
  const view = viewOf(bytes)
  return {
    id: digestOfBytes(bytes.subarray(0, 32)),
    gone: (flags & GONE) !== 0,
    length: flags & CONTENT ? view.getUint32(33, true) : undefined,
    indexed: (flags & INDEXED) !== 0,
    builtLocally: (flags & BUILT_LOCALLY) !== 0,
    parent: flags & PARENT ? digestOfBytes(bytes.subarray(FIXED, FIXED + 32)) : undefined,
    lastUpdated: flags & LAST_UPDATED ? readInstant(view, bytes.length - 16) : undefined,
    apart: (flags & APART) !== 0,
  }
}

function readInstant(view: DataView, at: number): Time {
  const zone = view.getInt32(at + 12, true)
  return {
    seconds: view.getFloat64(at, true),
    nanos: view.getUint32(at + 8, true),
    zone: zone === UTC ? 'Z' : zone,
  }
}

function flagsOf(entry: ImageEntry): number {
  return (
    (entry.indexed ? INDEXED : 0) |
    (entry.builtLocally ? BUILT_LOCALLY : 0) |
    (entry.parent === undefined ? 0 : PARENT) |
    (entry.lastUpdated === undefined ? 0 : LAST_UPDATED) |
    (entry.apart ? APART : 0) |
    (entry.gone ? GONE : 0) |
    (entry.length === undefined ? 0 : CONTENT)
  )
}

function sizeOf(flags: number): number {
  return FIXED + (flags & PARENT ? 32 : 0) + (flags & LAST_UPDATED ? 16 : 0)
}
