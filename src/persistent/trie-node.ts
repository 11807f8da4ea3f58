/** The nodes of a `Trie`, and how they are written. Nothing outside this folder imports this file. */

/**
 * The digit, 0 … 15, that `key` spells at `depth`. Two different keys must differ at some depth: then no collision exists.
 * Entries come in ascending order of their digit streams.
 */
export type Digits<K> = (key: K, depth: number) => number

/** `[owner, dataBits, nodeBits, k0, v0, k1, v1, …, child0, child1, …]`: one array a node, which costs the fewest cache misses (measured). */
export type Node = unknown[]

/** Marks the nodes that one bulk write has made itself and may therefore change in place. */
type Owner = object | undefined

export const HEADER = 3

export interface Write<K> {
  readonly digits: Digits<K>
  readonly owner: Owner
  added: number
}

/** How many of the low 16 bits are set. */
export function count(bits: number): number {
  bits -= (bits >> 1) & 0x5555
  bits = (bits & 0x3333) + ((bits >> 2) & 0x3333)
  bits = (bits + (bits >> 4)) & 0x0f0f
  return (bits + (bits >> 8)) & 0x1f
}

export function set<K>(write: Write<K>, node: Node, key: K, value: unknown, depth: number): Node {
  const bit = 1 << write.digits(key, depth)
  const data = node[1] as number
  const nodes = node[2] as number
  if (nodes & bit) {
    const at = HEADER + 2 * count(data) + count(nodes & (bit - 1))
    const child = set(write, node[at] as Node, key, value, depth + 1)
    return child === node[at] ? node : replace(write, node, at, child)
  }
  const at = HEADER + 2 * count(data & (bit - 1))
  if (!(data & bit)) {
    write.added++
    return insertEntry(write, node, bit, at, key, value)
  }
  if (node[at] === key) return node[at + 1] === value ? node : replace(write, node, at + 1, value)
  write.added++
  const child = pair(write, node[at] as K, node[at + 1], key, value, depth + 1)
  return entryToChild(write.owner, node, bit, at, child)
}

function replace<K>(write: Write<K>, node: Node, at: number, value: unknown): Node {
  const own = write.owner !== undefined && node[0] === write.owner
  const copy = own ? node : node.slice()
  copy[0] = write.owner
  copy[at] = value
  return copy
}

function insertEntry<K>(write: Write<K>, node: Node, bit: number, at: number, key: K, value: unknown): Node {
  const copy: Node = new Array(node.length + 2)
  copy[0] = write.owner
  copy[1] = (node[1] as number) | bit
  copy[2] = node[2]
  for (let i = HEADER; i < at; i++) copy[i] = node[i]
  copy[at] = key
  copy[at + 1] = value
  for (let i = at; i < node.length; i++) copy[i + 2] = node[i]
  return copy
}

/** The entry at `at` becomes the sub-trie `child`. */
function entryToChild(owner: Owner, node: Node, bit: number, at: number, child: Node): Node {
  const data = (node[1] as number) & ~bit
  const nodes = node[2] as number
  const childAt = HEADER + 2 * count(data) + count(nodes & (bit - 1))
  const copy: Node = new Array(node.length - 1)
  copy[0] = owner
  copy[1] = data
  copy[2] = nodes | bit
  for (let i = HEADER; i < at; i++) copy[i] = node[i]
  for (let i = at; i < childAt; i++) copy[i] = node[i + 2]
  copy[childAt] = child
  for (let i = childAt + 1; i < copy.length; i++) copy[i] = node[i + 1]
  return copy
}

/** The smallest sub-trie that holds two different keys. */
function pair<K>(write: Write<K>, k1: K, v1: unknown, k2: K, v2: unknown, depth: number): Node {
  const d1 = write.digits(k1, depth)
  const d2 = write.digits(k2, depth)
  if (d1 === d2) return [write.owner, 0, 1 << d1, pair(write, k1, v1, k2, v2, depth + 1)]
  const bits = (1 << d1) | (1 << d2)
  return d1 < d2 ? [write.owner, bits, 0, k1, v1, k2, v2] : [write.owner, bits, 0, k2, v2, k1, v1]
}

export function without<K>(digits: Digits<K>, node: Node, key: K, depth: number): Node {
  const bit = 1 << digits(key, depth)
  const data = node[1] as number
  const nodes = node[2] as number
  if (data & bit) {
    const at = HEADER + 2 * count(data & (bit - 1))
    if (node[at] !== key) return node
    return [undefined, data & ~bit, nodes, ...node.slice(HEADER, at), ...node.slice(at + 2)]
  }
  if (!(nodes & bit)) return node
  const at = HEADER + 2 * count(data) + count(nodes & (bit - 1))
  const child = without(digits, node[at] as Node, key, depth + 1)
  if (child === node[at]) return node
  return isSingleEntry(child) ? childToEntry(node, bit, at, child) : withChild(node, at, child)
}

function isSingleEntry(node: Node): boolean {
  return node.length === HEADER + 2 && node[2] === 0
}

function withChild(node: Node, at: number, child: Node): Node {
  const copy = node.slice()
  copy[0] = undefined
  copy[at] = child
  return copy
}

/** The undoing of `entryToChild`, so that equal contents have equal shapes whatever their past. */
function childToEntry(node: Node, bit: number, at: number, child: Node): Node {
  const data = node[1] as number
  const entryAt = HEADER + 2 * count(data & (bit - 1))
  const head = node.slice(HEADER, entryAt)
  return [
    undefined,
    data | bit,
    (node[2] as number) & ~bit,
    ...head,
    child[HEADER],
    child[HEADER + 1],
    ...node.slice(entryAt, at),
    ...node.slice(at + 1),
  ]
}

export function* entriesOf<K, V>(node: Node): Generator<[K, V]> {
  const data = node[1] as number
  let entry = HEADER
  let child = HEADER + 2 * count(data)
  for (let bit = 1; bit <= 0x8000; bit <<= 1) {
    if (data & bit) {
      yield [node[entry] as K, node[entry + 1] as V]
      entry += 2
    } else if ((node[2] as number) & bit) yield* entriesOf<K, V>(node[child++] as Node)
  }
}

export type Each<K, V> = (key: K, before: V | undefined, after: V | undefined) => void

export function diff<K, V>(digits: Digits<K>, a: Node, b: Node, depth: number, each: Each<K, V>): void {
  if (a === b) return
  for (let digit = 0; digit < 16; digit++) {
    const left = slot(a, 1 << digit)
    const right = slot(b, 1 << digit)
    if (left === right) continue
    if (left.length === 0 && right.length === 0) continue
    diffSlots(digits, left, right, depth, each)
  }
}

const NOTHING: readonly unknown[] = []

/** What stands at one digit: nothing, `[key, value]`, or a node (three or more elements). */
function slot(node: Node, bit: number): readonly unknown[] {
  const data = node[1] as number
  if (data & bit) {
    const at = HEADER + 2 * count(data & (bit - 1))
    return [node[at], node[at + 1]]
  }
  const nodes = node[2] as number
  return nodes & bit ? (node[HEADER + 2 * count(data) + count(nodes & (bit - 1))] as Node) : NOTHING
}

function diffSlots<K, V>(
  digits: Digits<K>,
  left: readonly unknown[],
  right: readonly unknown[],
  depth: number,
  each: Each<K, V>,
): void {
  if (left.length > 2 && right.length > 2) {
    diff(digits, left as Node, right as Node, depth + 1, each)
    return
  }
  const before = new Map(smallEntries<K, V>(left))
  const after = new Map(smallEntries<K, V>(right))
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort((x, y) => compareDigits(digits, x, y, depth))
  for (const key of keys) if (before.get(key) !== after.get(key)) each(key, before.get(key), after.get(key))
}

function smallEntries<K, V>(slot: readonly unknown[]): Iterable<[K, V]> {
  if (slot.length === 0) return []
  return slot.length === 2 ? [[slot[0] as K, slot[1] as V]] : entriesOf<K, V>(slot as Node)
}

function compareDigits<K>(digits: Digits<K>, x: K, y: K, depth: number): number {
  if (x === y) return 0
  while (digits(x, depth) === digits(y, depth)) depth++
  return digits(x, depth) - digits(y, depth)
}
