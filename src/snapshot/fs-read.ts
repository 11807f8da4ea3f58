import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LayerfoldError } from '../errors.ts'
import { splitJournal } from './journal.ts'
import type { Place } from './storage.ts'

const PART = /^(?:head|segment)-[0-9-]+$/

export const logName = (trimmed: number): string => `log-${trimmed}`

/** The numbers of the logs among those names: of two that a crash has left, the newer one is right. */
export function logsOf(names: readonly string[]): number[] {
  return names.flatMap((name) => (/^log-\d+$/.test(name) ? [Number(name.slice(4))] : []))
}

export function partsOf(names: readonly string[]): string[] {
  return names.filter((name) => PART.test(name))
}

/** The file; `undefined` when there is none. */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  return await ifThere(readFile(file).then((bytes) => new Uint8Array(bytes)))
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Reads what is there, beside the one that writes: no lock is taken, nothing is made and nothing mended. */
export function readingPlace(path: string, coded: <T>(work: () => Promise<T>) => Promise<T>): Place {
  const names = async (): Promise<string[]> => (await ifThere(readdir(path))) ?? []
  const refuse = async (): Promise<never> => {
    throw new LayerfoldError('storage-failed', { where: path, reason: 'it is open for reading only' })
  }
  const entriesAfter = async (after: number): Promise<readonly Uint8Array[]> => {
    for (;;) {
      const logs = logsOf(await names())
      const trimmed = Math.max(0, ...logs)
      const log = await readIfThere(join(path, logName(trimmed)))
      if (log === undefined && logs.length > 0) continue // trimmed meanwhile
      return splitJournal(log ?? new Uint8Array()).entries.slice(Math.max(0, after - trimmed))
    }
  }
  return {
    list: () => coded(async () => partsOf(await names())),
    read: (part) => coded(() => readIfThere(join(path, part))),
    entries: (after) => coded(() => entriesAfter(after)),
    write: refuse,
    remove: refuse,
    append: refuse,
    trim: refuse,
    async close() {},
  }
}
