import { isLayerfoldError, LayerfoldError } from '../../errors.ts'
import { buildStore, type DecodedImage, decodeLoaded } from '../../store/load.ts'
import { findRawImage, hasImage } from '../../store/read.ts'
import { emptyStore, type ImageStore } from '../../store/store.ts'
import { type Head, readHead } from '../head.ts'
import { type JournalEntry, readJournalEntry, replayEntry } from '../journal.ts'
import { type Damage, readSegment } from '../segment.ts'
import { type LoadOptions, refuseDamage, withHead } from '../snapshot.ts'
import type { Place } from '../storage.ts'
import { pause, type WorkOptions } from './work.ts'

/** What a place holds. */
export interface Loaded {
  readonly store: ImageStore
  /** The number of the last journal entry that is in the store. */
  readonly sequence: number
  /** The number that the snapshot itself has; `undefined` when there is no snapshot yet. */
  readonly snapshot: number | undefined
  readonly snapshotBytes: number
  readonly journalBytes: number
  readonly damaged: readonly Damage[]
}

/** The parts of the snapshot that has entry `sequence` in it, and none after. */
export const headPart = (sequence: number): string => `head-${sequence}`
export const segmentPart = (sequence: number, index: number): string => `segment-${sequence}-${index}`

export function newestHead(parts: readonly string[]): number | undefined {
  const numbers = parts.flatMap((part) => (/^head-\d+$/.test(part) ? [Number(part.slice(5))] : []))
  return numbers.length === 0 ? undefined : Math.max(...numbers)
}

/** Snapshot, then journal. Another writer may put a newer snapshot in their place meanwhile: then that one is loaded. */
export async function loadPlace(place: Place, options: LoadOptions & WorkOptions): Promise<Loaded> {
  for (;;) {
    const number = newestHead(await place.list())
    const loaded = await loadFrom(place, number, { sha256: place.sha256, ...options }).catch((error: unknown) => error)
    if (newestHead(await place.list()) !== number) continue
    if (!isLoaded(loaded)) throw loaded
    refuseDamage(loaded.damaged, options.damaged)
    return loaded
  }
}

function isLoaded(value: unknown): value is Loaded {
  return typeof value === 'object' && value !== null && 'journalBytes' in value
}

async function loadFrom(place: Place, number: number | undefined, options: LoadOptions & WorkOptions): Promise<Loaded> {
  const snapshot = number === undefined ? undefined : await loadSnapshot(place, number, options)
  const damaged: Damage[] = [...(snapshot?.damaged ?? [])]
  let store = snapshot?.store ?? emptyStore(options.daemon)
  let sequence = number ?? 0
  let journalBytes = 0
  const entries = await place.entries(sequence)
  for (const [index, bytes] of entries.entries()) {
    const entry = readEntry(bytes, sequence + 1, options)
    if (isLayerfoldError(entry)) {
      damaged.push({ where: `journal entry ${sequence + 1}`, image: undefined, reason: entry.message })
      sequence += entries.length - index
      break
    }
    store = replayEntry(store, damaged.length === 0 ? entry : withoutLost(store, entry, damaged))
    sequence++
    journalBytes += bytes.length
  }
  return { store, sequence, snapshot: number, snapshotBytes: snapshot?.bytes ?? 0, journalBytes, damaged }
}

function readEntry(bytes: Uint8Array, sequence: number, { damaged }: LoadOptions): JournalEntry | LayerfoldError {
  try {
    return readJournalEntry(bytes, sequence)
  } catch (error) {
    if (damaged === 'load-rest' && isLayerfoldError(error)) return error
    throw error
  }
}

/** What an entry says of images that were lost is lost with them. */
function withoutLost(store: ImageStore, { sequence, changes }: JournalEntry, damaged: Damage[]): JournalEntry {
  const brought = new Set(changes.flatMap((change) => (change.what === 'image' && change.to?.raw ? [change.id] : [])))
  const known = (id: string): boolean => findRawImage(store, id) !== undefined || (brought as Set<string>).has(id)
  const rest = changes.filter((change) => {
    if (change.what === 'child')
      return !change.is || (known(change.child) && (hasImage(store, change.parent) || known(change.parent)))
    const lost = change.what === 'image' && change.to !== undefined && !known(change.id)
    if (lost) damaged.push({ where: `journal entry ${sequence}`, image: change.id, reason: 'its content was lost' })
    return !lost
  })
  return { sequence, changes: rest }
}

async function loadSnapshot(place: Place, number: number, options: LoadOptions & WorkOptions) {
  const bytes = await place.read(headPart(number))
  if (bytes === undefined) throw missing(headPart(number))
  const { head, end } = readHead(bytes, headPart(number))
  if (end !== bytes.length || head.journal !== number) throw missing(headPart(number))
  const damaged: Damage[] = []
  const images = await readImages(place, head, damaged, options)
  const building = buildStore(images, options.daemon)
  for (;;) {
    const step = building.next()
    if (step.done) {
      const size = head.segments.reduce((sum, segment) => sum + segment.bytes, bytes.length)
      return { store: withHead(step.value, head, damaged), damaged, bytes: size }
    }
    await pause(options, { phase: 'building', done: step.value, total: images.length })
  }
}

async function readImages(place: Place, head: Head, damaged: Damage[], options: LoadOptions & WorkOptions) {
  const { generation } = emptyStore(options.daemon).daemon
  const total = head.segments.reduce((sum, { count }) => sum + count, 0)
  const decoded: DecodedImage[] = []
  for (const [index, info] of head.segments.entries()) {
    const bytes = await place.read(segmentPart(head.journal, index))
    const [images, broken] = readSegment(bytes ?? new Uint8Array(0), info, `segment ${index}`, options.sha256)
    for (const image of images) decoded.push(decodeLoaded(image, generation))
    damaged.push(...broken)
    await pause(options, { phase: 'reading', done: decoded.length, total })
  }
  return decoded
}

function missing(where: string): LayerfoldError {
  return new LayerfoldError('snapshot-malformed', { where, reason: 'it is not the part that belongs here' })
}
