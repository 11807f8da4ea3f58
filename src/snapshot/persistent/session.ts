import { LayerfoldError } from '../../errors.ts'
import { changesBetween } from '../../store/changes.ts'
import type { ImageStore } from '../../store/store.ts'
import { replayJournal, writeJournalEntry } from '../journal.ts'
import { mergeStores } from '../merge.ts'
import type { LoadOptions } from '../snapshot.ts'
import type { Place } from '../storage.ts'
import { compactWhenDue, repair } from './compact.ts'
import { type Loaded, loadPlace } from './load.ts'
import type { WorkOptions } from './work.ts'

/** What two tabs tell each other through: a `BroadcastChannel`, or anything like it. */
export interface Channel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: () => void): void
  removeEventListener(type: 'message', listener: () => void): void
}

export interface OpenOptions extends LoadOptions, WorkOptions {
  /** Told after each commit; never closed. */
  readonly channel?: Channel
  /** Another writer has committed, as the channel says: a good time to `refresh`. */
  readonly onForeignCommit?: () => void
}

export interface Session {
  readonly place: Place
  readonly options: OpenOptions
  /** What the place holds, as far as is known here. */
  kept: Loaded
  /** The program's state when it was last one with `kept`: the same value unless another writer came between. */
  base: ImageStore
  /** The program's state. */
  own: ImageStore
  /** Done one after the other. */
  queue: Promise<unknown>
  /** The commit that has not begun yet. */
  waiting: Promise<void> | undefined
  compaction: Promise<unknown>
  compacting: boolean
  failure: unknown
  isClosed: boolean
}

export function enqueue<T>(session: Session, work: () => Promise<T>): Promise<T> {
  if (session.isClosed) return Promise.reject(new LayerfoldError('storage-closed', { where: 'store' }))
  const done = session.queue.then(work)
  session.queue = done.catch(() => undefined) // whoever asked for it hears of it
  return done
}

export function commitOwn(session: Session, next: ImageStore): Promise<void> {
  const waiting = session.waiting ?? enqueue(session, () => flush(session))
  session.waiting = session.isClosed ? undefined : waiting
  session.own = next
  return waiting
}

/** Appends the difference. Where another writer was first, theirs is read and merged, and the rest tried again. */
async function flush(session: Session): Promise<void> {
  session.waiting = undefined
  if (session.kept.damaged.length > 0) await repair(session)
  while (!(await appendDifference(session))) {
    const { sequence } = session.kept
    await catchUp(session)
    if (session.kept.sequence === sequence) await reload(session)
    if (session.kept.sequence === sequence)
      throw new LayerfoldError('storage-failed', { where: 'journal', reason: `it refuses entry ${sequence + 1}` })
  }
  compactWhenDue(session)
}

/** Whether what the program has now is in the place. */
async function appendDifference(session: Session): Promise<boolean> {
  const { own, kept, place, options } = session
  const merged = mergedState(session)
  const changes = changesBetween(kept.store, merged)
  const entry = writeJournalEntry({ sequence: kept.sequence + 1, changes })
  const isNews = changes.length > 0
  if (isNews && !(await place.append(kept.sequence + 1, entry))) return false
  session.base = own
  session.kept = advanced({ ...session.kept, store: merged }, isNews ? 1 : 0, isNews ? entry.length : 0)
  if (isNews) options.channel?.postMessage({ sequence: session.kept.sequence })
  return true
}

/** The program's state, and what others have done since it was last one with the place. */
function mergedState({ own, base, kept }: Session): ImageStore {
  if (base === kept.store) return own
  return own === base ? kept.store : mergeStores(own, kept.store, base)
}

export async function refreshOwn(session: Session): Promise<ImageStore> {
  await catchUp(session)
  session.own = mergedState(session)
  session.base = session.kept.store
  return session.own
}

/** Replays what others have appended; loads anew where it has been compacted away. */
async function catchUp(session: Session): Promise<void> {
  const { place, kept } = session
  const entries = await place.entries(kept.sequence)
  const bytes = entries.reduce((sum, entry) => sum + entry.length, 0)
  try {
    const store = replayJournal(kept.store, kept.sequence, entries)
    session.kept = advanced({ ...session.kept, store }, entries.length, bytes)
  } catch {
    await reload(session) // throws the same again where the journal itself is damaged
  }
}

/** A place that has gone back to an older state, as a server may after a crash, is given all that the program has. */
async function reload(session: Session): Promise<void> {
  const { sequence } = session.kept
  session.kept = await loadPlace(session.place, session.options)
  if (session.kept.sequence < sequence) session.base = session.kept.store
}

function advanced(kept: Loaded, entries: number, bytes: number): Loaded {
  return { ...kept, sequence: kept.sequence + entries, journalBytes: kept.journalBytes + bytes }
}
