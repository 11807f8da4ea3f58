import { hash } from '@stablelib/sha256'
import { sha256Hex } from '../src/digest/sha256.ts'
import { digestDigits } from '../src/persistent/digits.ts'
import { Trie, trieGet, trieSet, trieSetAll } from '../src/persistent/trie.ts'
import { changesBetween } from '../src/store/changes.ts'
import { emptyStore, type ImageStore } from '../src/store/store.ts'
import { tagImage } from '../src/store/tags.ts'
import { createImage, createImages, removeImage, setParent } from '../src/store/write.ts'
import { sideBySide } from './measure.ts'
import type { Row } from './report.ts'
import { imageOf, type Made } from './workload.ts'

/** A store of builds of ten steps over a hundred bases, each image the child of the one before. */
export function treeStore(size: number): { store: ImageStore; ids: Made['id'][]; bytes: number } {
  let store = emptyStore()
  const ids: Made['id'][] = []
  let bytes = 0
  for (let build = 0; ids.length < size; build++) {
    let parent: Made['id'] | undefined
    for (let depth = 0; depth < 10 && ids.length < size; depth++) {
      const { id, raw } = imageOf(build * 10 + depth, depth, build)
      bytes += raw.length
      ;[store] = createImage(store, raw)
      if (parent !== undefined) [store] = setParent(store, id, parent)
      ids.push(id)
      parent = id
    }
  }
  return { store, ids, bytes }
}

/** What does a write cost as the store grows, beside hashing the same bytes, by the library's own call, and parsing them? */
export function writes(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store, ids } = treeStore(size)
    const fresh = Array.from({ length: 1000 }, (_, n) => imageOf(1e9 + n, 5, 7).raw)
    const decoder = new TextDecoder()
    let at = 0
    const next = (): number => at++ % 1000
    const times = sideBySide({
      create: () => createImage(store, fresh[next()]!),
      floor: () => [hash(fresh[next()]!), JSON.parse(decoder.decode(fresh[next()]!))],
      tag: () => tagImage(store, 'app:1', ids[next() % size]!),
      setParent: () => setParent(store, ids[(at * 7919) % size]!, ids[(at++ * 104729) % size]!),
      remove: () => removeImage(store, ids[(at++ * 7919) % size]!),
    })
    // Both keep a thousand new images: what dies young costs less, and that is not the question here.
    const kept = sideBySide(
      {
        batch: () => createImages(store, fresh),
        single: () => fresh.reduce((next, raw) => createImage(next, raw)[0], store),
      },
      { samples: 7 },
    )
    const perImage = (name: string): number => kept[name]! / fresh.length
    return {
      question: 'writes',
      size,
      ...times,
      'create ÷ floor': times['create']! / times['floor']!,
      'batch, an image': perImage('batch'),
      'one by one': perImage('single'),
      'batch ÷ one by one': perImage('batch') / perImage('single'),
    }
  })
}

/** What does the trie alone cost beside a mutable Map? */
export function trieBesideMap(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const keys = Array.from({ length: size }, (_, n) => `sha256:${sha256Hex(Uint8Array.of(n, n >> 8, n >> 16))}`)
    const trie = trieSetAll(
      new Trie<string, number>(digestDigits),
      keys.map((key, n) => [key, n] as const),
    )
    const map = new Map(keys.map((key, n) => [key, n]))
    const other = Array.from({ length: 1024 }, (_, n) => `sha256:${sha256Hex(Uint8Array.of(n, n >> 8, 0, 9))}`)
    let at = 0
    const times = sideBySide({
      get: () => trieGet(trie, keys[(at++ * 7919) % size]!),
      'Map get': () => map.get(keys[(at++ * 7919) % size]!),
      set: () => trieSet(trie, other[at++ & 1023]!, 1),
      'Map set + delete': () => map.set(other[at & 1023]!, 1) && map.delete(other[at++ & 1023]!),
    })
    return {
      question: 'trie',
      size,
      ...times,
      'get ÷ Map': times['get']! / times['Map get']!,
      'set ÷ Map': times['set']! / times['Map set + delete']!,
    }
  })
}

/** Does finding one change cost the same in a large store? */
export function changes(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store } = treeStore(size)
    const [after] = createImage(store, imageOf(1e9, 3).raw)
    return {
      question: 'changesBetween, one change',
      size,
      ...sideBySide({ changes: () => changesBetween(store, after) }),
    }
  })
}
