import type { SourceTree } from '../dockerfile/tree.ts'
import { textDigits } from '../persistent/digits.ts'
import { Trie, trieEntries, trieGet, trieSet } from '../persistent/trie.ts'
import type { Operation } from './operation.ts'

/** The name of a stored key: a record digest for a source or content, else one of the store's own. */
export type KeyID = string

/** A snapshot that a key stands for. */
export interface Result {
  /** Results are numbered as they come: the newest wins. */
  readonly number: number
  /** The result it was made on, whose layers are below its own. */
  readonly base: number | undefined
  /** What is in it; absent when nobody here knows. */
  readonly files?: SourceTree | undefined
}

/**
 * What a BuildKit daemon remembers (solver/cachemanager.go, solver/bboltcachestorage; rules 2). A link leads from the key of an input through an operation to a key;
 * a key may have results. An immutable value. Keys of images and content are their record digests, so that stores of two daemons mean the same by them.
 */
export interface KeyStore {
  readonly links: Trie<string, readonly KeyID[]>
  readonly results: Trie<KeyID, readonly Result[]>
  /** What has run, by record digest: no look-up reads it, but reasons do. */
  readonly operations: Trie<string, KnownOperation>
  /** How many keys and results it has had. */
  readonly made: number
}

export interface KnownOperation {
  /** As in the Dockerfile. */
  readonly text: string
  readonly operation: Operation
}

export const emptyKeys: KeyStore = /* @__PURE__ */ Object.freeze({
  links: new Trie<string, readonly KeyID[]>(textDigits),
  results: new Trie<KeyID, readonly Result[]>(textDigits),
  operations: new Trie<string, KnownOperation>(textDigits),
  made: 0,
})

/** The way from an input's key: which input, through which operation (its record digest), by which selector; `''` for content and whole inputs. */
export function linkName(from: KeyID, input: number, record: string, selector: string): string {
  return `${from} ${input} ${record} ${selector}`
}

export function linked(store: KeyStore, link: string): readonly KeyID[] {
  return trieGet(store.links, link) ?? NONE
}

const NONE: readonly KeyID[] = []

export function addLink(store: KeyStore, link: string, to: KeyID): KeyStore {
  const known = linked(store, link)
  return known.includes(to) ? store : { ...store, links: trieSet(store.links, link, [...known, to]) }
}

export function noteOperation(store: KeyStore, record: string, known: KnownOperation): KeyStore {
  if (trieGet(store.operations, record) !== undefined) return store
  return { ...store, operations: trieSet(store.operations, record, known) }
}

/** The newest result of a key. */
export function newestResult(store: KeyStore, key: KeyID): Result | undefined {
  return trieGet(store.results, key)?.at(-1)
}

export function addResult(store: KeyStore, key: KeyID, result: Result): KeyStore {
  const results = [...(trieGet(store.results, key) ?? []), result].sort((a, b) => a.number - b.number)
  return { ...store, results: trieSet(store.results, key, results) }
}

/** `docker builder prune`: no result stays but those named, and those below them. Links stay. With `-a`, none is named. */
export function pruneResults(store: KeyStore, kept: Iterable<number> = []): KeyStore {
  const all = [...trieEntries(store.results)]
  const bases = new Map(all.flatMap(([, results]) => results.map(({ number, base }) => [number, base] as const)))
  const stay = new Set<number>()
  for (const number of kept) {
    for (let at: number | undefined = number; at !== undefined && !stay.has(at); at = bases.get(at)) stay.add(at)
  }
  let results = emptyKeys.results
  for (const [key, each] of all) {
    const left = each.filter(({ number }) => stay.has(number))
    if (left.length > 0) results = trieSet(results, key, left)
  }
  return { ...store, results }
}
