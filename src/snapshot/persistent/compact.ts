import type { ImageStore } from '../../store/store.ts'
import { headOf, writeHead } from '../head.ts'
import { writeJournalEntry } from '../journal.ts'
import { type SegmentInfo, writeSegments } from '../segment.ts'
import type { Place } from '../storage.ts'
import { headPart, loadPlace, newestHead, segmentPart } from './load.ts'
import type { Session } from './session.ts'
import { pause, type WorkOptions } from './work.ts'

/**
 * Writes the store, which has journal entry `sequence` in it, as the place's snapshot, and gives its bytes. The head comes last: until then the old snapshot and the
 * journal say the same, and parts that an interruption leaves behind are swept away by the next one that comes through.
 */
async function writeSnapshot(place: Place, store: ImageStore, sequence: number, options: WorkOptions): Promise<number> {
  const infos: SegmentInfo[] = []
  let done = 0
  for (const { info, bytes } of writeSegments(store)) {
    await place.write(segmentPart(sequence, infos.length), bytes)
    infos.push(info)
    done += info.count
    await pause(options, { phase: 'writing', done, total: store.images.size })
  }
  const head = writeHead(headOf(store, infos, sequence))
  await place.write(headPart(sequence), head)
  await sweep(place)
  return infos.reduce((sum, { bytes }) => sum + bytes, head.length)
}

/** Takes away what is older than the newest snapshot: a writer that stopped half-way may have left it. Newer parts may be another's that is at work. */
async function sweep(place: Place): Promise<void> {
  const parts = await place.list()
  const newest = newestHead(parts)
  if (newest === undefined) return
  await place.remove(parts.filter((part) => Number(/^(?:head|segment)-(\d+)/.exec(part)?.[1]) < newest))
  await place.trim(newest)
}

/** A journal of fewer bytes is no reason for a snapshot. */
const SMALL_JOURNAL = 1024 * 1024

/** One at a time, beside the commits: it works on a state that no longer changes. */
export function compactNow(session: Session, options: WorkOptions): Promise<void> {
  const done = session.compaction.then(() => compact(session, options))
  session.compaction = done.catch(() => undefined) // whoever asked for it hears of it
  return done
}

export function compactWhenDue(session: Session): void {
  const { journalBytes, snapshotBytes } = session.kept
  if (session.compacting || journalBytes < Math.max(SMALL_JOURNAL, snapshotBytes / 2)) return
  session.compacting = true
  const settle = (failure: unknown): void => {
    session.compacting = false
    session.failure = session.options.signal?.aborted ? undefined : failure
  }
  compactNow(session, session.options).then(() => settle(undefined), settle)
}

async function compact(session: Session, options: WorkOptions): Promise<void> {
  const { place, kept } = session
  options.signal?.throwIfAborted()
  if (kept.damaged.length > 0) return repair(session)
  if (kept.snapshot === kept.sequence) return
  const snapshotBytes = await writeSnapshot(place, kept.store, kept.sequence, options)
  const journalBytes = Math.max(0, session.kept.journalBytes - kept.journalBytes)
  session.kept = { ...session.kept, snapshot: kept.sequence, snapshotBytes, journalBytes }
}

/** What could be loaded becomes the snapshot, under a new number, before anything is built on it. */
export async function repair(session: Session): Promise<void> {
  const { place, kept, options } = session
  const sequence = kept.sequence + 1
  const isNumbered =
    kept.sequence !== kept.snapshot || (await place.append(sequence, writeJournalEntry({ sequence, changes: [] })))
  if (!isNumbered) {
    session.kept = await loadPlace(place, options)
    return
  }
  const number = kept.sequence === kept.snapshot ? sequence : kept.sequence
  const snapshotBytes = await writeSnapshot(place, kept.store, number, {})
  session.kept = { store: kept.store, sequence: number, snapshot: number, snapshotBytes, journalBytes: 0, damaged: [] }
}
