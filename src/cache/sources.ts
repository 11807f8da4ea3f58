import type { History } from '../image/history.ts'
import type { Image, ImageID } from '../image/image.ts'
import { hashText } from '../persistent/digits.ts'
import { parentOf } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'

/** One image that `--cache-from` named and that was found. */
export interface Source {
  readonly id: ImageID
  readonly image: Image
}

let open: (sources: Sources) => Parts

interface Parts {
  readonly list: readonly Source[]
  /** Every image that is above a source: a local hit counts only among these (spec 7.5). */
  readonly ancestors: ReadonlySet<string>
  readonly byStep: ReadonlyMap<number, readonly Source[]>
}

/**
 * The sources of a build, in their order, indexed by the history that comes before each of their steps and by that step's created_by: what would continue a given
 * parent is found at the same cost among one and among ten thousand. A closed box like `Trie`.
 */
export class Sources {
  readonly #parts: Parts

  static {
    open = (sources) => sources.#parts
    Object.freeze(Sources.prototype)
  }

  constructor(parts: Parts) {
    this.#parts = parts
  }
}

export function makeSources(store: ImageStore, list: readonly Source[]): Sources {
  const byStep = new Map<number, Source[]>()
  for (const source of list) {
    let prefix = 0
    for (const entry of source.image.history ?? []) {
      const key = stepKey(prefix, entry.createdBy)
      const others = byStep.get(key)
      if (others === undefined) byStep.set(key, [source])
      else if (others[others.length - 1] !== source) others.push(source)
      prefix = hashEntry(prefix, entry)
    }
  }
  return new Sources({ list, ancestors: ancestorsOf(store, list), byStep })
}

/** The same sources after parent links have changed. */
export function withNewLinks(store: ImageStore, sources: Sources): Sources {
  const parts = open(sources)
  return new Sources({ ...parts, ancestors: ancestorsOf(store, parts.list) })
}

/** The sources in their order. */
export function sourcesOf(sources: Sources): readonly Source[] {
  return open(sources).list
}

/** Whether the image is a strict ancestor of any source: moby's isParent (spec 7.8). */
export function isAboveSource(sources: Sources, id: string): boolean {
  return open(sources).ancestors.has(id)
}

/** The sources, in order, that may have a step made by `createdBy` after just this history. A filter: each is still to be compared. */
export function mayContinue(sources: Sources, history: readonly History[], createdBy: string): readonly Source[] {
  return open(sources).byStep.get(stepKey(history.reduce(hashEntry, 0), createdBy)) ?? []
}

/** Strict ancestors; where Go would walk a cycle of parents for ever, the walk ends. */
function ancestorsOf(store: ImageStore, list: readonly Source[]): Set<string> {
  const ancestors = new Set<string>()
  for (const { id } of list) {
    for (
      let parent = parentOf(store, id);
      parent !== undefined && !ancestors.has(parent);
      parent = parentOf(store, parent)
    )
      ancestors.add(parent)
  }
  return ancestors
}

function stepKey(prefix: number, createdBy: string): number {
  return Math.imul(prefix, 31) ^ hashText(createdBy)
}

function hashEntry(hash: number, { created, author, createdBy, comment, emptyLayer }: History): number {
  const time = created === undefined ? 7 : (created.seconds | 0) ^ created.nanos
  return (
    Math.imul(
      hash ^ hashText(createdBy) ^ hashText(author) ^ (hashText(comment) >>> 1) ^ time ^ Number(emptyLayer),
      0x9e3779b1,
    ) ^
    (hash >>> 15)
  )
}
