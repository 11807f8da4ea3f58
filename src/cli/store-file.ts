import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyChanges, type Change, changesBetween } from '../store/changes.ts'
import { emptyStore, type ImageStore } from '../store/store.ts'
import { badInput } from './io.ts'

/** Where images are kept between two commands. */
export interface StoreFile {
  /** An empty store where there is none yet. */
  readonly load: (dir: string) => Promise<ImageStore>
  readonly save: (dir: string, store: ImageStore) => Promise<void>
  readonly encode: (store: ImageStore) => Uint8Array
  /** Throws bad input for what is no snapshot. */
  readonly decode: (bytes: Uint8Array) => ImageStore
}

export const storeFile: StoreFile = { load, save, encode, decode }

const NAME = 'store.json'
const FORMAT = 'layerfold-store-1'

async function load(dir: string): Promise<ImageStore> {
  const bytes = await readFile(join(dir, NAME)).catch((error: { readonly code?: string }) => {
    if (error.code !== 'ENOENT') throw error
  })
  return bytes === undefined ? emptyStore() : decode(bytes)
}

async function save(dir: string, store: ImageStore): Promise<void> {
  await mkdir(dir, { recursive: true })
  const temporary = join(dir, `${NAME}.${process.pid}`)
  try {
    await writeFile(temporary, encode(store), { flush: true })
    await rename(temporary, join(dir, NAME))
  } finally {
    await rm(temporary, { force: true })
  }
}

function encode(store: ImageStore): Uint8Array {
  const changes = changesBetween(emptyStore(), store)
  const text = JSON.stringify({ format: FORMAT, changes }, (_, value) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  )
  return new TextEncoder().encode(text)
}

function decode(bytes: Uint8Array): ImageStore {
  const { changes } = read(bytes)
  return applyChanges(emptyStore(), changes)
}

function read(bytes: Uint8Array): { readonly changes: readonly Change[] } {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes), revive)
    if (value?.format === FORMAT && Array.isArray(value.changes)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw badInput('this is no snapshot of a store')
}

function revive(key: string, value: unknown): unknown {
  if (key === 'raw') return new Uint8Array(Buffer.from((value as { readonly base64: string }).base64, 'base64'))
  return value
}
