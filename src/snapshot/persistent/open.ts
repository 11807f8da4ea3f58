import type { ImageStore } from '../../store/store.ts'
import type { Damage } from '../segment.ts'
import type { Place, Storage } from '../storage.ts'
import { compactNow } from './compact.ts'
import { type Loaded, loadPlace } from './load.ts'
import { commitOwn, enqueue, type OpenOptions, refreshOwn, type Session } from './session.ts'
import type { WorkOptions } from './work.ts'

/** A store that is kept. Its state is a value as ever; this says where it has got to. */
export interface PersistentStore {
  /** The state that the program goes on from: what it committed last, or what `refresh` gave it since. */
  readonly store: ImageStore
  /** What could not be loaded; nothing unless `damaged: 'load-rest'` was asked for. */
  readonly damaged: readonly Damage[]
  /**
   * Keeps `next`, which has been made from `store`. Resolves when it is there to stay: whoever waits for it writes no faster than the storage can. Only the difference is
   * written, and what is committed while one write is on its way goes into one entry. What another writer has done meanwhile is merged (see `mergeStores`), and comes to
   * `store` with the next `refresh`. When it rejects, nothing of it has been written, and the next commit tries again.
   */
  commit(next: ImageStore): Promise<void>
  /** Reads what other writers have committed, and only that, and gives the state to go on from. */
  refresh(): Promise<ImageStore>
  /** Writes a snapshot now, so that the next load has no journal to replay. Happens by itself when the journal has outgrown half of the snapshot. */
  compact(options?: WorkOptions): Promise<void>
  /** Waits for what has been committed and for a compaction, and lets the place go. Rejects when a compaction that began by itself has failed. */
  close(): Promise<void>
}

/**
 * Opens the store of that name, empty when there is none yet. Throws what the storage and `importSnapshot` throw, `journal-damaged`, and the reason of an aborted signal.
 */
export async function openPersistentStore(
  storage: Storage,
  name: string,
  options: OpenOptions = {},
): Promise<PersistentStore> {
  const place = await storage.open(name)
  try {
    return start(place, options, await loadPlace(place, options))
  } catch (error) {
    await place.close()
    throw error
  }
}

function start(place: Place, options: OpenOptions, kept: Loaded): PersistentStore {
  const session: Session = {
    place,
    options,
    kept,
    base: kept.store,
    own: kept.store,
    queue: Promise.resolve(),
    waiting: undefined,
    compaction: Promise.resolve(),
    compacting: false,
    failure: undefined,
    isClosed: false,
  }
  const onMessage = (): void => options.onForeignCommit?.()
  options.channel?.addEventListener('message', onMessage)
  return {
    get store() {
      return session.own
    },
    damaged: kept.damaged,
    commit: (next) => commitOwn(session, next),
    refresh: () => enqueue(session, () => refreshOwn(session)),
    compact: (work) => enqueue(session, async () => undefined).then(() => compactNow(session, work ?? {})),
    async close() {
      options.channel?.removeEventListener('message', onMessage)
      await close(session)
    },
  }
}

async function close(session: Session): Promise<void> {
  if (session.isClosed) return
  session.isClosed = true
  await session.queue
  await session.compaction
  await session.place.close()
  if (session.failure !== undefined) throw session.failure
}
