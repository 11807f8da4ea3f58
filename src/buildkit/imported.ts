import { addLink, addResult, type KeyID, type KeyStore, newestResult } from './keys.ts'

/** A cache that came with an image or a manifest: a store of its own, asked after the daemon's. */
export interface Imported {
  readonly store: KeyStore
  /** What leads to a key. */
  readonly origins: ReadonlyMap<KeyID, readonly Origin[]>
}

export interface Origin {
  readonly from: KeyID
  readonly link: string
}

/** The daemon's store with that key of the imported one, and all that leads to it: what a hit leaves behind (rules 10). */
export function importChain(keys: KeyStore, imported: Imported, key: KeyID): KeyStore {
  const todo = [key]
  const done = new Set<KeyID>()
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (done.has(next)) continue
    done.add(next)
    const result = newestResult(imported.store, next)
    if (result !== undefined && newestResult(keys, next) === undefined) {
      const number = keys.made + 1
      keys = { ...addResult(keys, next, { ...result, number }), made: number }
    }
    for (const { from, link } of imported.origins.get(next) ?? []) {
      keys = addLink(keys, link, next)
      todo.push(from)
    }
  }
  return keys
}
