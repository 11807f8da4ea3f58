import { isLayerfoldError } from '../errors.ts'
import { fileStorage, nodeSHA256 } from '../snapshot/fs.ts'
import { mergeStores } from '../snapshot/merge.ts'
import { openPersistentStore } from '../snapshot/persistent/open.ts'
import { exportSnapshot, importSnapshot } from '../snapshot/snapshot.ts'
import type { ImageStore } from '../store/store.ts'
import { badInput } from './io.ts'

/** Where images are kept between two commands. */
export interface StoreFile {
  /** An empty store where there is none yet. */
  readonly load: (dir: string) => Promise<ImageStore>
  /** Puts the store in the place of what is there; with `base`, what it was made of, keeps what others have put there since. */
  readonly save: (dir: string, store: ImageStore, base?: ImageStore) => Promise<void>
  readonly encode: (store: ImageStore) => Uint8Array
  /** Throws bad input for what is no snapshot. */
  readonly decode: (bytes: Uint8Array) => ImageStore
}

export const storeFile: StoreFile = { load, save, encode: exportSnapshot, decode }

const NAME = 'images'

async function load(dir: string): Promise<ImageStore> {
  const kept = await openPersistentStore(fileStorage(dir, { readOnly: true }), NAME)
  await kept.close()
  return kept.store
}

async function save(dir: string, store: ImageStore, base?: ImageStore): Promise<void> {
  const kept = await openPersistentStore(fileStorage(dir), NAME)
  try {
    await kept.commit(base === undefined ? store : mergeStores(kept.store, store, base))
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
