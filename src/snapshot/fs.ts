import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { concat } from '../digest/bytes.ts'
import { LayerfoldError } from '../errors.ts'
import { takeLock } from './fs-lock.ts'
import { logName, logsOf, partsOf, readIfThere, readingPlace } from './fs-read.ts'
import { splitJournal } from './journal.ts'
import type { Place, Storage } from './storage.ts'

export interface FileOptions {
  /** Takes no lock, so that many may read beside the one that writes, and changes nothing: what would throws `storage-failed`. */
  readonly readOnly?: boolean
}

/**
 * A directory of files; each store has one in it. One process writes at a time, on one machine: opening a store that another has open throws `storage-locked`.
 * Every write is on the disk (fsync, and fsync of the directory) before it resolves. Runs in Node, Deno and Bun.
 */
export function fileStorage(directory: string, { readOnly = false }: FileOptions = {}): Storage {
  return {
    async open(name) {
      const path = join(directory, `store-${encodeURIComponent(name)}`)
      if (readOnly) return { sha256: nodeSHA256, ...readingPlace(path, (work) => coded(path, work)) }
      return coded(path, async () => {
        await mkdir(path, { recursive: true })
        const unlock = await takeLock(join(path, 'lock'))
        try {
          return filePlace(await openFiles(path, unlock))
        } catch (error) {
          await unlock()
          throw error
        }
      })
    },
  }
}

/** Node's own SHA-256, several times as fast as the one that runs everywhere: for `importSnapshot`; stores in files load with it. */
export function nodeSHA256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

type FileHandle = Awaited<ReturnType<typeof open>>

interface Files {
  readonly path: string
  readonly unlock: () => Promise<void>
  /** What is done to the log is done one after the other: an append that came while it is trimmed would be lost. */
  queue: Promise<unknown>
  /** The log has entries from `trimmed + 1` on. */
  trimmed: number
  entries: number
  log: FileHandle
  /** Bytes of the log that are whole entries. */
  size: number
  /** A write failed and could not be undone: what is on the disk is known only after opening it anew. */
  isBroken: boolean
  isClosed: boolean
}

const TEMPORARY = '.part'

/** Ends what a crash has left: half-written files go, of two logs the newer one is right, and an entry that was not wholly written is cut off. */
async function openFiles(path: string, unlock: () => Promise<void>): Promise<Files> {
  const names = await readdir(path)
  const logs = logsOf(names)
  const trimmed = Math.max(0, ...logs)
  for (const name of names) if (name.endsWith(TEMPORARY)) await unlink(join(path, name))
  for (const each of logs) if (each !== trimmed) await unlink(join(path, logName(each)))
  const log = await open(join(path, logName(trimmed)), logs.length === 0 ? 'w+' : 'r+')
  const { entries, kept } = splitJournal(await log.readFile())
  await log.truncate(kept)
  await log.sync()
  await syncDirectory(path)
  const state = { trimmed, entries: entries.length, log, size: kept, isBroken: false, isClosed: false }
  return { path, unlock, queue: Promise.resolve(), ...state }
}

function filePlace(files: Files): Place {
  const run = <T>(work: () => Promise<T>): Promise<T> => coded(files.path, () => checkOpen(files).then(work))
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = files.queue.then(() => run(work))
    files.queue = done.catch(() => undefined) // whoever asked for it hears of it
    return done
  }
  return {
    sha256: nodeSHA256,
    list: () => run(async () => partsOf(await readdir(files.path))),
    read: (part) => run(() => readIfThere(join(files.path, part))),
    write: (part, bytes) => run(() => replaceFile(files.path, part, bytes)),
    remove: (parts) => run(() => removeFiles(files.path, parts)),
    append: (sequence, entry) => alone(() => append(files, sequence, entry)),
    entries: (after) => alone(() => entriesAfter(files, after)),
    trim: (upTo) => alone(() => trim(files, upTo)),
    async close() {
      if (files.isClosed) return
      files.isClosed = true
      await files.queue
      await files.log.close()
      await files.unlock()
    },
  }
}

async function append(files: Files, sequence: number, entry: Uint8Array): Promise<boolean> {
  if (sequence !== files.trimmed + files.entries + 1) return false
  try {
    for (let at = 0; at < entry.length; ) {
      at += (await files.log.write(entry, at, entry.length - at, files.size + at)).bytesWritten
    }
    await files.log.datasync()
  } catch (error) {
    files.isBroken = true
    await files.log.truncate(files.size) // else it stays broken
    await files.log.datasync()
    files.isBroken = false
    throw error
  }
  files.size += entry.length
  files.entries++
  return true
}

async function entriesAfter(files: Files, after: number): Promise<readonly Uint8Array[]> {
  const bytes = new Uint8Array(await readFile(join(files.path, logName(files.trimmed))))
  return splitJournal(bytes).entries.slice(Math.max(0, after - files.trimmed))
}

async function trim(files: Files, upTo: number): Promise<void> {
  if (upTo <= files.trimmed) return
  const rest = await entriesAfter(files, upTo)
  const old = files.log
  const bytes = concat(rest)
  files.isBroken = true // until the old log and the new one cannot be taken for each other
  await replaceFile(files.path, logName(upTo), bytes)
  files.log = await open(join(files.path, logName(upTo)), 'r+')
  await old.close()
  await removeFiles(files.path, [logName(files.trimmed)])
  Object.assign(files, { trimmed: upTo, entries: rest.length, size: bytes.length, isBroken: false })
}

/** The old file or the new one, whatever happens: written beside, synced, and moved in place. */
async function replaceFile(path: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(path, `${name}${TEMPORARY}`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(path, name))
  await syncDirectory(path)
}

async function removeFiles(path: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(path, name), { force: true })
}

/** Makes names last. Windows cannot open a directory, and needs not. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch((error: unknown) => {
    if (['EISDIR', 'EPERM', 'EACCES'].includes(codeOf(error))) return undefined
    throw error
  })
  await directory?.sync()
  await directory?.close()
}

async function checkOpen({ isClosed, isBroken, path }: Files): Promise<void> {
  if (isClosed) throw new LayerfoldError('storage-closed', { where: path })
  if (isBroken)
    throw new LayerfoldError('storage-failed', { where: path, reason: 'a failed write could not be undone' })
}

async function coded<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof LayerfoldError) throw error
    const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error))
    const reason = error instanceof Error ? error.message : String(error)
    throw new LayerfoldError(isFull ? 'storage-full' : 'storage-failed', { where, reason }, error)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
