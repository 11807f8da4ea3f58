import 'fake-indexeddb/auto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStorage } from '../../src/snapshot/fs.ts'
import { indexedDBStorage } from '../../src/snapshot/indexeddb.ts'
import { memoryStorage } from '../../src/snapshot/storage.ts'
import { storageContract } from './contract.ts'

const directory = mkdtempSync(join(tmpdir(), 'layerfold-'))

storageContract({ name: 'memory', make: async () => memoryStorage(), isShared: true })
storageContract({ name: 'IndexedDB', make: async () => indexedDBStorage(), isShared: true })
storageContract({
  name: 'files',
  make: async () => fileStorage(directory),
  end: async () => rmSync(directory, { recursive: true }),
  isShared: false,
})
