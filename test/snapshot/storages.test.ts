import 'fake-indexeddb/auto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileStorage } from '../../src/snapshot/fs.ts'
import { indexedDBStorage } from '../../src/snapshot/indexeddb.ts'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { memoryStorage } from '../../src/snapshot/storage.ts'
import { emptyStore } from '../../src/store/store.ts'
import { createImage } from '../../src/store/write.ts'
import { storageContract } from './contract.ts'
import { rawImage } from './stores.ts'

const directory = mkdtempSync(join(tmpdir(), 'layerfold-'))

storageContract({ name: 'memory', make: async () => memoryStorage(), isShared: true })
storageContract({ name: 'IndexedDB', make: async () => indexedDBStorage(), isShared: true })
storageContract({
  name: 'files',
  make: async () => fileStorage(directory),
  end: async () => rmSync(directory, { recursive: true }),
  isShared: false,
})

describe('files that are only read', () => {
  const path = mkdtempSync(join(tmpdir(), 'layerfold-'))
  const reading = fileStorage(path, { readOnly: true })
  const load = async () => {
    const kept = await openPersistentStore(reading, 'x')
    await kept.close()
    return kept.store
  }
  afterAll(() => rmSync(path, { recursive: true }))

  it('are an empty store where there are none, and none are made', async () => {
    expect((await load()).size).toBe(0)
    expect(readdirSync(path)).toEqual([])
  })

  it('are seen as they are while another writes and compacts, and are not changed', async () => {
    const writer = await openPersistentStore(fileStorage(path), 'x')
    for (let count = 1; count <= 5; count++) {
      await writer.commit(createImage(writer.store, rawImage(count))[0])
      if (count % 2 === 0) await writer.compact()
      expect(storeDigest(await load())).toBe(storeDigest(writer.store))
    }
    const reader = await openPersistentStore(reading, 'x')
    await expect(reader.commit(emptyStore())).rejects.toThrow('it is open for reading only')
    expect(storeDigest(await load())).toBe(storeDigest(writer.store))
    await writer.close()
  })
})
