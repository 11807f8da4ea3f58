import { existsSync } from 'node:fs'
import { isLayerfoldError } from '../errors.ts'
import { fileStorage, nodeSHA256 } from '../snapshot/fs.ts'
import { openPersistentStore } from '../snapshot/persistent/open.ts'
import { exportSnapshot, importSnapshot } from '../snapshot/snapshot.ts'
import { emptyStore, type ImageStore } from '../store/store.ts'
import { badInput } from './io.ts'

/** Where images are kept between two commands. */
export interface StoreFile {
  /** An empty store where there is none yet. */
  readonly load: (dir: string) => Promise<ImageStore>
  /** Keeps what differs from what is there. */
  readonly save: (dir: string, store: ImageStore) => Promise<void>
  readonly encode: (store: ImageStore) => Uint8Array
  /** Throws bad input for what is no snapshot. */
  readonly decode: (bytes: Uint8Array) => ImageStore
}

export const storeFile: StoreFile = { load, save, encode: exportSnapshot, decode }

const NAME = 'images'

async function load(dir: string): Promise<ImageStore> {
  if (!existsSync(dir)) return emptyStore()
  const kept = await openPersistentStore(fileStorage(dir), NAME)
  await kept.close()
  return kept.store
}

async function save(dir: string, store: ImageStore): Promise<void> {
  const kept = await openPersistentStore(fileStorage(dir), NAME)
  try {
    await kept.commit(store)
  } finally {
    await kept.close()
  }
}

function decode(bytes: Uint8Array): ImageStore {
  try {
    return importSnapshot(bytes, { sha256: nodeSHA256 })[0]
  } catch (error) {
    if (isLayerfoldError(error)) throw badInput(`this is no snapshot of a store: ${error.message}`)
    throw error
  }
}
