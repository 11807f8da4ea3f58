/**
 * Where persistent stores live: named bytes, and beside them one log of numbered entries a store. That is all that a new kind of storage has to give;
 * docs/persistence.md makes one, and test/snapshot/contract.ts says whether it is right.
 */
export interface Storage {
  /** The place of that name, made when it is not there. Throws `storage-locked` where only one may write and another has it. */
  open(name: string): Promise<Place>
}

/** What fails throws `storage-full`, `storage-closed` or `storage-failed`, and has changed nothing. */
export interface Place {
  /** As in `LoadOptions`: for storages that live in one runtime, and know its own SHA-256. */
  readonly sha256?: (bytes: Uint8Array) => string
  /** The names of all parts, in any order. */
  list(): Promise<readonly string[]>
  /** The part; `undefined` when there is none. */
  read(part: string): Promise<Uint8Array | undefined>
  /** Puts a part in place, wholly or not at all; it is there to stay when this resolves. Names are of `a-z`, `0-9` and `-`. */
  write(part: string, bytes: Uint8Array): Promise<void>
  /** Takes parts away; those that are not there are no matter. */
  remove(parts: readonly string[]): Promise<void>
  /**
   * Adds an entry to the log if `sequence` follows the last number, and says whether it did: `false` means that another writer was first. The first number is 1. It is
   * there to stay when this resolves; a crash before leaves all of it or nothing.
   */
  append(sequence: number, entry: Uint8Array): Promise<boolean>
  /** The entries with greater numbers, in order. */
  entries(after: number): Promise<readonly Uint8Array[]>
  /** Forgets the entries up to that number. Numbering goes on as before, or from `upTo` where that is greater than the last. */
  trim(upTo: number): Promise<void>
  close(): Promise<void>
}

/** Keeps everything in memory for as long as the storage itself: for tests, and for programs that may forget. */
export function memoryStorage(): Storage {
  const places = new Map<string, MemoryPlace>()
  return {
    async open(name) {
      const place = places.get(name) ?? { parts: new Map(), entries: [], trimmed: 0 }
      places.set(name, place)
      return openMemory(place)
    },
  }
}

interface MemoryPlace {
  readonly parts: Map<string, Uint8Array>
  /** Entry `trimmed + 1` and what follows. */
  entries: Uint8Array[]
  trimmed: number
}

function openMemory(place: MemoryPlace): Place {
  return {
    async list() {
      return [...place.parts.keys()]
    },
    async read(part) {
      return place.parts.get(part)?.slice()
    },
    async write(part, bytes) {
      place.parts.set(part, bytes.slice())
    },
    async remove(parts) {
      for (const part of parts) place.parts.delete(part)
    },
    async append(sequence, entry) {
      if (sequence !== place.trimmed + place.entries.length + 1) return false
      place.entries.push(entry.slice())
      return true
    },
    async entries(after) {
      return place.entries.slice(Math.max(0, after - place.trimmed)).map((entry) => entry.slice())
    },
    async trim(upTo) {
      if (upTo <= place.trimmed) return
      place.entries = place.entries.slice(upTo - place.trimmed)
      place.trimmed = upTo
    },
    async close() {},
  }
}
