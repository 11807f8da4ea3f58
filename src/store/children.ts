import { compareText } from '../go/text.ts'
import { compareTime, zeroTime } from '../go/time.ts'
import type { ImageID } from '../image/image.ts'
import { digestDigits, hexDigits, intDigits } from '../persistent/digits.ts'
import { Trie, trieDelete, trieDiff, trieEntries, trieGet, trieSet, trieSetAll } from '../persistent/trie.ts'
import type { Core } from './core.ts'

type Accept = (core: Core) => boolean

let open: (children: Children) => Parts

/**
 * The children of one image, or all images that have no parent: the reverse index that a probe asks. Finding the newest child with a given config hash
 * costs the same among ten and among a hundred thousand. A closed box like `Trie`.
 */
export class Children {
  readonly #parts: Parts

  static {
    open = (children) => children.#parts
    Object.freeze(Children.prototype)
  }

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get size(): number {
    const { few, byID, unreadable } = this.#parts
    return (few?.length ?? byID.size) + unreadable.length
  }
}

interface Parts {
  /** Newest first, while there are few; else `byID` and `byHash`. */
  readonly few: readonly Core[] | undefined
  readonly byID: Trie<ImageID, Core>
  readonly byHash: Trie<number, Bucket>
  /** Ids in the set that cannot be read: a child that was never made, or whose content went. Ascending. Each makes every probe fail (spec 7.1). */
  readonly unreadable: readonly string[]
}

/** The children of one hash, newest first: one, several, or, where `--no-cache` made the same image again and again, an ordered trie. */
type Bucket = Core | readonly Core[] | Trie<string, Core>

/** Up to here a plain list is the fastest. */
const FEW = 8
/** From here on inserting into a list costs more than into an ordered trie. */
const MANY_EQUAL = 64

const noIDs = /* @__PURE__ */ new Trie<ImageID, Core>(digestDigits)
const noHashes = /* @__PURE__ */ new Trie<number, Bucket>(intDigits)

export const noChildren: Children = /* @__PURE__ */ new Children({
  few: [],
  byID: noIDs,
  byHash: noHashes,
  unreadable: [],
})

/** The newest child with that config hash which `accept` takes; of equally new ones the one with the smallest id (spec 7.4). */
export function newestChild(children: Children, hash: number, accept: Accept): Core | undefined {
  const { few, byHash } = open(children)
  if (few !== undefined) return first(few, hash, accept)
  const bucket = trieGet(byHash, hash)
  return bucket === undefined ? undefined : firstInBucket(bucket, hash, accept)
}

/** Which comes first where only the newest counts. */
export function newerFirst(a: Core, b: Core): number {
  return compareTime(b.created ?? zeroTime, a.created ?? zeroTime) || compareText(a.id, b.id)
}

export function unreadableChildren(children: Children): readonly string[] {
  return open(children).unreadable
}

export function hasChild(children: Children, id: string): boolean {
  const { few, byID, unreadable } = open(children)
  if (unreadable.includes(id)) return true
  return few === undefined ? trieGet(byID, id as ImageID) !== undefined : few.some((core) => core.id === id)
}

/** The children that can be read, in no promised order. */
export function* readableChildren(children: Children): Generator<Core> {
  const { few, byID } = open(children)
  if (few !== undefined) yield* few
  else for (const [, core] of trieEntries(byID)) yield core
}

/** All ids of the set, ascending. */
export function childIDs(children: Children): string[] {
  return [...open(children).unreadable, ...Array.from(readableChildren(children), ({ id }) => id)].sort(compareText)
}

/** With the child in it; a core with the same id is replaced. */
export function withChild(children: Children, core: Core): Children {
  return withChildren(withoutChild(children, core.id), [core])
}

/** With all of them in it; none may be in it yet. */
export function withChildren(children: Children, cores: readonly Core[]): Children {
  const parts = open(children)
  const readable = cores.filter((core) => core.readable)
  const broken = cores.filter((core) => !core.readable).map(({ id }) => id)
  const unreadable = broken.length === 0 ? parts.unreadable : [...parts.unreadable, ...broken].sort(compareText)
  const { few } = parts
  if (few !== undefined && few.length + readable.length <= FEW) {
    return new Children({ ...parts, few: [...few, ...readable].sort(newerFirst), unreadable })
  }
  const added = few === undefined ? readable : [...few, ...readable]
  const byID = trieSetAll(
    parts.byID,
    added.map((core) => [core.id, core] as const),
  )
  return new Children({ few: undefined, byID, byHash: withBuckets(parts.byHash, added), unreadable })
}

/** With an id in it that has no content. */
export function withUnreadable(children: Children, id: string): Children {
  const parts = open(withoutChild(children, id))
  return new Children({ ...parts, unreadable: [...parts.unreadable, id].sort(compareText) })
}

export function withoutChild(children: Children, id: string): Children {
  const parts = open(children)
  if (parts.unreadable.includes(id)) {
    return new Children({ ...parts, unreadable: parts.unreadable.filter((each) => each !== id) })
  }
  const { few } = parts
  if (few !== undefined) {
    return few.some((core) => core.id === id)
      ? new Children({ ...parts, few: few.filter((core) => core.id !== id) })
      : children
  }
  const core = trieGet(parts.byID, id as ImageID)
  if (core === undefined) return children
  return new Children({
    ...parts,
    byID: trieDelete(parts.byID, core.id),
    byHash: withoutFromBucket(parts.byHash, core),
  })
}

/** Calls `each` for every id that only one of the two sets has; walks only what they do not share. */
export function childrenDiff(before: Children, after: Children, each: (id: string, isIn: boolean) => void): void {
  if (before === after) return
  const [a, b] = [open(before), open(after)]
  const bothLarge = a.few === undefined && b.few === undefined
  if (bothLarge) {
    trieDiff(a.byID, b.byID, (id, was, is) => {
      if (was === undefined || is === undefined) each(id, is !== undefined)
    })
  }
  const was = new Set(bothLarge ? a.unreadable : childIDs(before))
  const is = new Set(bothLarge ? b.unreadable : childIDs(after))
  for (const id of was) if (!is.has(id)) each(id, false)
  for (const id of is) if (!was.has(id)) each(id, true)
}

function first(cores: readonly Core[], hash: number, accept: Accept): Core | undefined {
  for (let i = 0; i < cores.length; i++) {
    const core = cores[i]!
    if (core.hash === hash && accept(core)) return core
  }
  return undefined
}

function firstInBucket(bucket: Bucket, hash: number, accept: Accept): Core | undefined {
  if (bucket instanceof Trie) {
    for (const [, core] of trieEntries(bucket)) if (accept(core)) return core
    return undefined
  }
  if (isList(bucket)) return first(bucket, hash, accept)
  return accept(bucket) ? bucket : undefined
}

function isList(bucket: Core | readonly Core[]): bucket is readonly Core[] {
  return Array.isArray(bucket)
}

function withBuckets(byHash: Trie<number, Bucket>, cores: readonly Core[]): Trie<number, Bucket> {
  if (cores.length === 1) return withInBucket(byHash, cores[0]!)
  const groups = new Map<number, Core[]>()
  for (const core of cores) {
    const group = groups.get(core.hash)
    if (group === undefined) groups.set(core.hash, [core])
    else group.push(core)
  }
  return trieSetAll(
    byHash,
    Array.from(groups, ([hash, group]) => [hash, merged(trieGet(byHash, hash), group)] as const),
  )
}

function withInBucket(byHash: Trie<number, Bucket>, core: Core): Trie<number, Bucket> {
  const hash = core.hash
  const bucket = trieGet(byHash, hash)
  return trieSet(byHash, hash, bucket === undefined ? core : merged(bucket, [core]))
}

function merged(bucket: Bucket | undefined, cores: readonly Core[]): Bucket {
  if (bucket instanceof Trie)
    return trieSetAll(
      bucket,
      cores.map((core) => [ageKey(core), core] as const),
    )
  const list = bucket === undefined ? cores : [...(isList(bucket) ? bucket : [bucket]), ...cores]
  if (list.length === 1) return list[0]!
  if (list.length < MANY_EQUAL) return [...list].sort(newerFirst)
  return trieSetAll(
    new Trie<string, Core>(hexDigits),
    list.map((core) => [ageKey(core), core] as const),
  )
}

function withoutFromBucket(byHash: Trie<number, Bucket>, core: Core): Trie<number, Bucket> {
  const hash = core.hash
  const bucket = trieGet(byHash, hash)!
  if (bucket instanceof Trie) {
    const rest = trieDelete(bucket, ageKey(core))
    return rest.size === 0 ? trieDelete(byHash, hash) : trieSet(byHash, hash, rest)
  }
  const rest = isList(bucket) ? bucket.filter(({ id }) => id !== core.id) : []
  if (rest.length === 0) return trieDelete(byHash, hash)
  return trieSet(byHash, hash, rest.length === 1 ? rest[0]! : rest)
}

/** Hex whose ascending order is `newerFirst`: what remains to the year 19 000, in seconds and nanoseconds, then the id. */
function ageKey({ id, created }: Core): string {
  const { seconds, nanos } = created ?? zeroTime
  const age = (0x7fffffffff - seconds).toString(16).padStart(10, '0')
  return `${age}${(999999999 - nanos).toString(16).padStart(8, '0')}${id.slice(7)}`
}
