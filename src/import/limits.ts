import { LayerfoldError } from '../errors.ts'

/** How much an archive may make the reader do. Each has a default and may be `Infinity`. */
export interface ImportLimits {
  /** Bytes after decompression: of the tar, and again of each compressed layer in it. Default 32 GiB. */
  readonly bytes?: number
  /** Files, links and directories. Default 65 536. */
  readonly members?: number
  /** Bytes of JSON kept in memory, all members together: the one part of an archive that is kept. Default 16 MiB. */
  readonly configBytes?: number
  /** Bytes of any one member, after decompression. Default 16 GiB. */
  readonly layerBytes?: number
}

export const defaultLimits: Required<ImportLimits> = {
  bytes: 32 * 2 ** 30,
  members: 65_536,
  configBytes: 16 * 2 ** 20,
  layerBytes: 16 * 2 ** 30,
}

/** Counts one import's work against its limits. */
export interface Meter {
  /** Throws `archive-too-large`. */
  count(bytes: number): void
  /** Throws `archive-too-large`. */
  countMember(): void
  /** Whether there is room to keep so many more bytes. If so, they are taken. */
  keep(bytes: number): boolean
  /** Gives back what `keep` took. */
  drop(bytes: number): void
}

export function startMeter(limits: Required<ImportLimits>, onProgress: ((bytes: number) => void) | undefined): Meter {
  let total = 0
  let members = 0
  let kept = 0
  return {
    count(bytes) {
      total += bytes
      if (total > limits.bytes) throw tooLarge('archive', 'bytes', limits.bytes)
      onProgress?.(total)
    },
    countMember() {
      members++
      if (members > limits.members) throw tooLarge('archive', 'members', limits.members)
    },
    keep(bytes) {
      if (kept + bytes > limits.configBytes) return false
      kept += bytes
      return true
    },
    drop(bytes) {
      kept -= bytes
    },
  }
}

/** `what` is the limit's name in `ImportLimits`. */
export function tooLarge(where: string, what: keyof ImportLimits, limit: number): LayerfoldError<'archive-too-large'> {
  return new LayerfoldError('archive-too-large', { where, what, limit })
}
