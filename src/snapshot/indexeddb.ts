import { createStore, get, keys, promisifyRequest, type UseStore } from 'idb-keyval'
import { LayerfoldError } from '../errors.ts'
import type { Place, Storage } from './storage.ts'

/**
 * The browser's IndexedDB, in a window or a worker: one database a store, one transaction a commit. Any number of tabs may have a store open. Throws `storage-full` when the quota is used up, and
 * `storage-closed` when the browser has closed the database, as it does when the user clears its data.
 */
export function indexedDBStorage(): Storage {
  return {
    async open(name) {
      const database = `layerfold ${name}`
      return databasePlace(database, createStore(database, 'layerfold'))
    },
  }
}

/** Parts are under their names, entries under their numbers; beside them is the number up to which the log was trimmed. */
const TRIMMED = ' trimmed'

function databasePlace(database: string, store: UseStore): Place {
  let isClosed = false
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    isClosed ? Promise.reject(new LayerfoldError('storage-closed', { where: database })) : coded(database, work)
  return {
    list: () =>
      run(async () => (await keys(store)).filter((key) => typeof key === 'string' && key !== TRIMMED) as string[]),
    read: (part) => run(() => get<Uint8Array>(part, store)),
    write: (part, bytes) => run(() => store('readwrite', (objects) => finished(objects.put(bytes, part)))),
    remove: (parts) => run(() => store('readwrite', (objects) => remove(objects, parts))),
    append: (sequence, entry) => run(() => store('readwrite', (objects) => append(objects, sequence, entry))),
    entries: (after) => run(() => store('readonly', (objects) => promisifyRequest(objects.getAll(numbers(after + 1))))),
    trim: (upTo) => run(() => store('readwrite', (objects) => trim(objects, upTo))),
    async close() {
      isClosed = true
      await closeDatabase(store)
    },
  }
}

/** Resolves when the request's transaction is complete. A request that fails aborts it, and only then does Firefox say why. */
function finished({ transaction }: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction!.oncomplete = () => resolve()
    transaction!.onabort = () => reject(transaction!.error)
  })
}

async function remove(objects: IDBObjectStore, parts: readonly string[]): Promise<void> {
  const requests = parts.map((part) => objects.delete(part))
  if (requests.length > 0) await finished(requests[0]!)
}

async function append(objects: IDBObjectStore, sequence: number, entry: Uint8Array): Promise<boolean> {
  if (sequence !== (await lastNumber(objects)) + 1) return false
  await finished(objects.put(entry, sequence))
  return true
}

async function trim(objects: IDBObjectStore, upTo: number): Promise<void> {
  const trimmed = await trimmedTo(objects)
  if (upTo <= trimmed) return
  objects.delete(numbers(1, upTo))
  await finished(objects.put(upTo, TRIMMED))
}

async function lastNumber(objects: IDBObjectStore): Promise<number> {
  const cursor = await promisifyRequest(objects.openKeyCursor(numbers(1), 'prev'))
  return (cursor?.key as number | undefined) ?? (await trimmedTo(objects))
}

async function trimmedTo(objects: IDBObjectStore): Promise<number> {
  return (await promisifyRequest<number | undefined>(objects.get(TRIMMED))) ?? 0
}

function numbers(from: number, to: number = Number.MAX_SAFE_INTEGER): IDBKeyRange {
  return IDBKeyRange.bound(from, Math.max(from, to))
}

async function closeDatabase(store: UseStore): Promise<void> {
  const close = (objects: IDBObjectStore): void => objects.transaction.db.close()
  await store('readonly', close).catch(() => undefined) // the browser has closed it
}

async function coded<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const name = error instanceof DOMException || error instanceof Error ? error.name : ''
    if (name === 'QuotaExceededError')
      throw new LayerfoldError('storage-full', { where, reason: 'the quota is used up' }, error)
    if (name === 'InvalidStateError') throw new LayerfoldError('storage-closed', { where }, error)
    const reason = error instanceof Error ? error.message : String(error)
    throw new LayerfoldError('storage-failed', { where, reason }, error)
  }
}
