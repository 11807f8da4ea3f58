export { type JournalEntry, readJournalEntry, replayJournal, splitJournal, writeJournalEntry } from './journal.ts'
export { mergeStores } from './merge.ts'
export { openPersistentStore, type PersistentStore } from './persistent/open.ts'
export type { Channel, OpenOptions } from './persistent/session.ts'
export type { Progress, WorkOptions } from './persistent/work.ts'
export type { Damage } from './segment.ts'
export { exportSnapshot, importSnapshot, type LoadOptions, type OnDamage, storeDigest } from './snapshot.ts'
export { memoryStorage, type Place, type Storage } from './storage.ts'
export {
  describeChanges,
  type Moment,
  momentsOf,
  recordState,
  redo,
  startTimeline,
  type Timeline,
  undo,
} from './timeline.ts'
