import { concat } from '../digest/bytes.ts'
import type { Digest } from '../digest/digest.ts'
import { sha256Hex } from '../digest/sha256.ts'
import { LayerfoldError } from '../errors.ts'
import { readUTF8 } from '../go/text.ts'
import type { ImageID } from '../image/image.ts'
import { applyChanges, type Change } from '../store/changes.ts'
import type { ImageStore } from '../store/store.ts'
import { uint32, viewOf } from './bytes.ts'
import { type ImageEntry, readEntries, writeEntry } from './record.ts'

/** What one commit changed. Entries are numbered from 1 without a gap. */
export interface JournalEntry {
  readonly sequence: number
  readonly changes: readonly Change[]
}

/** `lfj` and the version, the length of the body (4), the number as a float (8), the start of the body's SHA-256 (12), and that of all this (4). */
const HEADER = 32
const MAGIC = /* @__PURE__ */ Uint8Array.of(0x6c, 0x66, 0x6a, 1)

/** The body: the length of a table of images as in a segment (4), the table, the length of the other changes (4), these as JSON, the config bytes. */
export function writeJournalEntry({ sequence, changes }: JournalEntry): Uint8Array<ArrayBuffer> {
  const images = changes.filter((change) => change.what === 'image')
  const table = concat(images.map(({ id, to }) => writeEntry(entryOf(id, to))))
  const others = new TextEncoder().encode(JSON.stringify(changes.flatMap(otherOf)))
  const configs = images.map(({ to }) => to?.raw ?? new Uint8Array(0))
  const body = concat([uint32(table.length), table, uint32(others.length), others, ...configs])
  const number = new Uint8Array(8)
  viewOf(number).setFloat64(0, sequence, true)
  const start = concat([MAGIC, uint32(body.length), number, digestStart(body, 12)])
  return concat([start, digestStart(start, 4), body])
}

/** The entry whose number is to be `sequence`. Throws `journal-damaged` for anything else. */
export function readJournalEntry(bytes: Uint8Array, sequence: number): JournalEntry {
  const damaged = (reason: string) => new LayerfoldError('journal-damaged', { sequence, reason })
  const header = readHeader(bytes)
  if (header === undefined) throw damaged('its header is not what was written')
  const body = bytes.subarray(HEADER)
  if (body.length !== header.length) throw damaged('it has another length')
  if (header.digest !== sha256Hex(body).slice(0, 24)) throw damaged('it has another digest')
  if (header.sequence !== sequence) throw damaged(`it is missing, and entry ${header.sequence} is in its place`)
  const changes = readBody(body)
  if (changes === undefined) throw damaged('it cannot be read')
  return { sequence, changes }
}

/**
 * The entries of a file to which each was appended. A last one that was not wholly written is dropped: its commit never ended. `kept` bytes were whole; what is not the
 * start of an entry comes as the last one, for `readJournalEntry` to refuse.
 */
export function splitJournal(bytes: Uint8Array): { readonly entries: readonly Uint8Array[]; readonly kept: number } {
  const entries: Uint8Array[] = []
  let at = 0
  while (bytes.length - at >= HEADER) {
    const header = readHeader(bytes.subarray(at))
    const end = header === undefined ? bytes.length : at + HEADER + header.length
    if (end > bytes.length) break
    entries.push(bytes.subarray(at, end))
    at = end
  }
  return { entries, kept: at }
}

/** The store after the entries that follow number `after`. Throws `journal-damaged`. */
export function replayJournal(store: ImageStore, after: number, entries: readonly Uint8Array[]): ImageStore {
  return entries.reduce((next, bytes, index) => replayEntry(next, readJournalEntry(bytes, after + 1 + index)), store)
}

export function replayEntry(store: ImageStore, { sequence, changes }: JournalEntry): ImageStore {
  try {
    return applyChanges(store, changes)
  } catch (error) {
    throw new LayerfoldError('journal-damaged', { sequence, reason: 'it does not fit what came before' }, error)
  }
}

function digestStart(bytes: Uint8Array, length: number): Uint8Array {
  const hex = sha256Hex(bytes)
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16))
}

function readHeader(
  bytes: Uint8Array,
): { readonly length: number; readonly sequence: number; readonly digest: string } | undefined {
  const start = bytes.subarray(0, HEADER - 4)
  const check = digestStart(start, 4)
  const isHeader = MAGIC.every((byte, at) => bytes[at] === byte) && check.every((byte, at) => bytes[28 + at] === byte)
  if (!isHeader) return undefined
  const digest = Array.from(bytes.subarray(16, 28), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { length: viewOf(bytes).getUint32(4, true), sequence: viewOf(bytes).getFloat64(8, true), digest }
}

function entryOf(id: ImageID, to: (Change & { what: 'image' })['to']): ImageEntry {
  const facts = to ?? { indexed: false, builtLocally: false, parent: undefined, lastUpdated: undefined }
  return { ...facts, id, gone: to === undefined, length: to?.raw?.length, apart: false }
}

type Other = ['tag', string, string | null] | ['layer', string, boolean] | ['child', string, string, boolean]

function otherOf(change: Change): Other[] {
  if (change.what === 'tag') return [['tag', change.name, change.to ?? null]]
  if (change.what === 'layer') return [['layer', change.chain, change.missing]]
  return change.what === 'child' ? [['child', change.parent, change.child, change.is]] : []
}

function readBody(body: Uint8Array): Change[] | undefined {
  const table = takePart(body)
  const others = table && takePart(table.rest)
  const entries = table && readEntries(table.part)
  if (others === undefined || entries === undefined) return undefined
  let at = 0
  const images = entries.map(({ id, gone, length, apart: _, ...facts }): Change => {
    const raw = length === undefined ? undefined : others.rest.subarray(at, at + length)
    at += length ?? 0
    return { what: 'image', id, to: gone ? undefined : { ...facts, ...(raw && { raw }) } }
  })
  const rest = readOthers(others.part)
  return rest === undefined || at !== others.rest.length ? undefined : [...images, ...rest.map(changeOf)]
}

function readOthers(bytes: Uint8Array): readonly Other[] | undefined {
  try {
    const others: unknown = JSON.parse(readUTF8(bytes) ?? '')
    return Array.isArray(others) && others.every(isOther) ? others : undefined
  } catch {
    return undefined // the text is no JSON
  }
}

function isOther(value: unknown): value is Other {
  if (!Array.isArray(value) || typeof value[1] !== 'string') return false
  if (value[0] === 'tag') return value[2] === null || typeof value[2] === 'string'
  if (value[0] === 'layer') return typeof value[2] === 'boolean'
  return value[0] === 'child' && typeof value[2] === 'string' && typeof value[3] === 'boolean'
}

function takePart(bytes: Uint8Array): { readonly part: Uint8Array; readonly rest: Uint8Array } | undefined {
  const end = bytes.length < 4 ? Number.NaN : 4 + viewOf(bytes).getUint32(0, true)
  return end <= bytes.length ? { part: bytes.subarray(4, end), rest: bytes.subarray(end) } : undefined
}

function changeOf(other: Other): Change {
  const [what, name] = other
  if (what === 'tag') return { what, name, to: (other[2] ?? undefined) as ImageID | undefined }
  if (what === 'layer') return { what, chain: name, missing: other[2] }
  return { what, parent: name as Digest<'image'>, child: other[2], is: other[3] }
}
