import { concat } from '../digest/bytes.ts'
import { type Digest, digestOf } from '../digest/digest.ts'
import { sha256Hex } from '../digest/sha256.ts'
import type { ImageID } from '../image/image.ts'
import { imageFacts, type LoadedImage } from '../store/load.ts'
import { findRawImage } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import { uint32, viewOf } from './bytes.ts'
import { type ImageEntry, readEntries, writeEntry } from './record.ts'

/**
 * A part of a snapshot: the length of its table (4 bytes), the table, then the config bytes of each image in the table's order. `digest` is that of the table, and the
 * table has the digest of every config, so that one damaged byte costs one image.
 */
export interface SegmentInfo {
  readonly digest: Digest<'segment'>
  /** How many images. */
  readonly count: number
  /** How many bytes in all. */
  readonly bytes: number
}

/** What could not be trusted: an image, or where `image` is `undefined` all of that place. */
export interface Damage {
  /** `segment 0` …, `journal entry 1` …. */
  readonly where: string
  readonly image: ImageID | undefined
  readonly reason: string
}

/** A segment is full at so many images, or so many bytes of configs. Part of the format: equal stores give equal bytes. */
const FULL = { images: 1000, bytes: 16 * 1024 * 1024 }

/** All images of the store, ascending by id. One segment is made at a time. */
export function* writeSegments(store: ImageStore): Generator<{ info: SegmentInfo; bytes: Uint8Array }> {
  let table: Uint8Array[] = []
  let raws: Uint8Array[] = []
  let size = 0
  for (const facts of imageFacts(store)) {
    const raw = findRawImage(store, facts.id)!
    table.push(writeEntry({ ...facts, gone: false, length: raw.length }))
    raws.push(raw)
    size += raw.length
    if (raws.length < FULL.images && size < FULL.bytes) continue
    yield writeSegment(table, raws)
    table = []
    raws = []
    size = 0
  }
  if (raws.length > 0) yield writeSegment(table, raws)
}

function writeSegment(entries: readonly Uint8Array[], raws: readonly Uint8Array[]) {
  const table = concat(entries)
  const bytes = concat([uint32(table.length), table, ...raws])
  return { info: { digest: digestOf<'segment'>(table), count: raws.length, bytes: bytes.length }, bytes }
}

/** The images of a segment that are what was written, and what is not. Config bytes stay views of `bytes`. */
export function readSegment(
  bytes: Uint8Array,
  info: SegmentInfo,
  where: string,
  sha256: (bytes: Uint8Array) => string = sha256Hex,
): [LoadedImage[], Damage[]] {
  const wrong = (reason: string): [LoadedImage[], Damage[]] => [[], [{ where, image: undefined, reason }]]
  if (bytes.length < 4) return wrong('it is cut short')
  const end = 4 + viewOf(bytes).getUint32(0, true)
  if (end > bytes.length) return wrong('it is cut short')
  const table = bytes.subarray(4, end)
  if (digestOf(table) !== info.digest) return wrong('its table has another digest')
  const entries = readEntries(table)
  if (entries === undefined || entries.length !== info.count || !entries.every(isStored))
    return wrong('its table cannot be read')
  const [images, damaged] = readImages(entries, bytes.subarray(end), where, sha256)
  if (bytes.length !== info.bytes && damaged.length === 0) return [images, wrong('it has another length')[1]]
  return [images, damaged]
}

/** As snapshots have them: with content, and not gone. */
function isStored(entry: ImageEntry): entry is ImageEntry & { readonly length: number } {
  return entry.length !== undefined && !entry.gone
}

function readImages(
  entries: readonly (ImageEntry & { readonly length: number })[],
  configs: Uint8Array,
  where: string,
  sha256: (bytes: Uint8Array) => string,
): [LoadedImage[], Damage[]] {
  const images: LoadedImage[] = []
  const damaged: Damage[] = []
  let at = 0
  for (const { length, gone: _, ...facts } of entries) {
    const raw = configs.subarray(at, at + length)
    at += length
    if (`sha256:${sha256(raw)}` === facts.id) images.push({ ...facts, raw })
    else damaged.push({ where, image: facts.id, reason: 'its config has another digest' })
  }
  return [images, damaged]
}
