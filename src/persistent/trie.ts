/**
 * A persistent map: every write gives a new map that shares all but one path with the old one, which stays as it was for ever.
 * A 16-way bitmap-compressed trie over a stream of digits that the key spells; it knows nothing of Docker.
 *
 * The class is a closed box: no method, no readable field. What it holds is reached by the functions of this file only, so nothing outside the
 * package can change it, Immer takes it as one value, and nobody has to freeze or copy it.
 */

import {
  count,
  type Digits,
  diff,
  type Each,
  entriesOf,
  HEADER,
  type Node,
  set,
  type Write,
  without,
} from './trie-node.ts'

export type { Digits } from './trie-node.ts'

let rootOf: <K, V>(trie: Trie<K, V>) => Node
let digitsOf: <K, V>(trie: Trie<K, V>) => Digits<K>

export class Trie<K, V> {
  readonly #root: Node
  readonly #digits: Digits<K>
  readonly #size: number
  declare private readonly value: V

  static {
    rootOf = (trie) => trie.#root
    digitsOf = (trie) => trie.#digits
    Object.freeze(Trie.prototype)
  }

  constructor(digits: Digits<K>, root: Node = [undefined, 0, 0], size = 0) {
    this.#digits = digits
    this.#root = root
    this.#size = size
  }

  /** How many keys it has. */
  get size(): number {
    return this.#size
  }
}

export function trieGet<K, V>(trie: Trie<K, V>, key: K): V | undefined {
  const digits = digitsOf(trie)
  let node = rootOf(trie)
  for (let depth = 0; ; depth++) {
    const bit = 1 << digits(key, depth)
    const data = node[1] as number
    if (data & bit) {
      const at = HEADER + 2 * count(data & (bit - 1))
      return node[at] === key ? (node[at + 1] as V) : undefined
    }
    const nodes = node[2] as number
    if (!(nodes & bit)) return undefined
    node = node[HEADER + 2 * count(data) + count(nodes & (bit - 1))] as Node
  }
}

/** The same trie when `key` already has that very value. */
export function trieSet<K, V>(trie: Trie<K, V>, key: K, value: V): Trie<K, V> {
  const digits = digitsOf(trie)
  const write: Write<K> = { digits, owner: undefined, added: 0 }
  const root = set(write, rootOf(trie), key, value, 0)
  return root === rootOf(trie) ? trie : new Trie(digits, root, trie.size + write.added)
}

/** Many writes at once: each path is copied once. Later entries win. */
export function trieSetAll<K, V>(trie: Trie<K, V>, entries: Iterable<readonly [K, V]>): Trie<K, V> {
  const digits = digitsOf(trie)
  const write: Write<K> = { digits, owner: {}, added: 0 }
  let root = rootOf(trie)
  for (const [key, value] of entries) root = set(write, root, key, value, 0)
  return root === rootOf(trie) ? trie : new Trie(digits, root, trie.size + write.added)
}

/** The same trie when `key` is not in it. */
export function trieDelete<K, V>(trie: Trie<K, V>, key: K): Trie<K, V> {
  const digits = digitsOf(trie)
  const root = without(digits, rootOf(trie), key, 0)
  return root === rootOf(trie) ? trie : new Trie(digits, root, trie.size - 1)
}

/** All entries in the order of their digits; with `prefix`, those whose digits begin with it. */
export function* trieEntries<K, V>(trie: Trie<K, V>, prefix: readonly number[] = []): Generator<[key: K, value: V]> {
  const digits = digitsOf(trie)
  let node = rootOf(trie)
  for (let depth = 0; depth < prefix.length; depth++) {
    const bit = 1 << prefix[depth]!
    const data = node[1] as number
    if (data & bit) {
      const at = HEADER + 2 * count(data & (bit - 1))
      const key = node[at] as K
      if (prefix.every((digit, index) => digits(key, index) === digit)) yield [key, node[at + 1] as V]
      return
    }
    const nodes = node[2] as number
    if (!(nodes & bit)) return
    node = node[HEADER + 2 * count(data) + count(nodes & (bit - 1))] as Node
  }
  yield* entriesOf(node)
}

/**
 * Calls `each` for every key whose value is not the very same in both, in the order of the digits; `undefined` stands for absence.
 * Walks only what the two do not share: its cost follows the number of differences, not the sizes.
 */
export function trieDiff<K, V>(before: Trie<K, V>, after: Trie<K, V>, each: Each<K, V>): void {
  diff(digitsOf(before), rootOf(before), rootOf(after), 0, each)
}
