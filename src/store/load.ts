import type { Generation } from '../image/generation.ts'
import type { ImageID } from '../image/image.ts'
import { trieEntries, trieSetAll } from '../persistent/trie.ts'
import type { ImageRecord } from './changes.ts'
import { hasChild, noChildren, withChildren } from './children.ts'
import { type Core, coreOf, sharing } from './core.ts'
import { indexedNode } from './ids.ts'
import { type Daemon, emptyStore, type ImageStore, type Node, withFields } from './store.ts'

/** An image whose bytes are known to have that id. */
export interface LoadedImage extends ImageRecord {
  readonly id: ImageID
  /** The parent's set of children lacks it, whatever its link says (spec 3.4). */
  readonly apart: boolean
}

/** All images of a store with the facts that the store has of them, ascending. `raw` stays where it is: `findRawImage` gives it. */
export function* imageFacts(store: ImageStore): Generator<Omit<LoadedImage, 'raw'>> {
  for (const [id, { indexed, parent, builtLocally, lastUpdated }] of trieEntries(store.images)) {
    const holder = parent === undefined ? undefined : indexedNode(store, parent)
    yield {
      id,
      indexed,
      parent,
      builtLocally,
      lastUpdated,
      apart: holder !== undefined && !hasChild(holder.children, id),
    }
  }
}

/** An image that has been decoded, and of whose bytes only what a store keeps is left. */
export interface DecodedImage {
  readonly facts: Omit<LoadedImage, 'raw'>
  readonly core: Core
}

export function decodeLoaded({ raw, ...facts }: LoadedImage, generation: Generation): DecodedImage {
  return { facts, core: coreOf(facts.id, raw, generation) }
}

/**
 * A store of these images alone, each of another id: what `applyChanges` on an empty store gives, in one go. Yields again and again on the way, with the number of
 * images that are done, so that whoever drives it can rest or stop.
 */
export function* buildStore(
  images: readonly DecodedImage[],
  daemon: Partial<Daemon> = {},
): Generator<number, ImageStore> {
  const empty = emptyStore(daemon)
  const facts = new Map(images.map((image) => [image.facts.id, image.facts]))
  const families = familiesOf(facts)
  const whole = new Map(images.map(({ core }) => [core.id, core]))
  const cores = yield* shareCores(whole, families)
  const nodes = Array.from(facts.values(), (each): [ImageID, Node] => [each.id, nodeFrom(each, cores, families, facts)])
  const indexed = [...facts.values()].filter((each) => each.indexed)
  const parentless = indexed.flatMap(({ id, parent }) => (parent === undefined ? [cores.get(id)!] : []))
  return withFields(empty, {
    images: trieSetAll(empty.images, nodes),
    size: indexed.length,
    parentless: withChildren(noChildren, parentless),
  })
}

type Facts = Omit<LoadedImage, 'raw'>
type Families = ReadonlyMap<ImageID | undefined, readonly ImageID[]>

/** Who names whom as its parent. */
function familiesOf(facts: ReadonlyMap<ImageID, Facts>): Families {
  const families = new Map<ImageID | undefined, ImageID[]>()
  for (const { id, parent } of facts.values()) {
    const siblings = families.get(parent)
    if (siblings === undefined) families.set(parent, [id])
    else siblings.push(id)
  }
  return families
}

/** Parents before their children, so that each child shares with what its parent has become. What hangs in a circle of links shares nothing. */
function* shareCores(
  whole: ReadonlyMap<ImageID, Core>,
  families: Families,
): Generator<number, ReadonlyMap<ImageID, Core>> {
  const cores = new Map(whole)
  const roots = [...families.keys()].filter((parent) => parent === undefined || !cores.has(parent))
  const waiting = roots.flatMap((parent) => families.get(parent) ?? [])
  let done = 0
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const child of families.get(id) ?? []) {
      cores.set(child, sharing(whole.get(child)!, cores.get(id)!, whole.get(id)!.content))
      waiting.push(child)
    }
    if (++done % 1000 === 0) yield done
  }
  return cores
}

function nodeFrom(
  { id, indexed, parent, builtLocally, lastUpdated }: Facts,
  cores: ReadonlyMap<ImageID, Core>,
  families: Families,
  facts: ReadonlyMap<ImageID, Facts>,
): Node {
  const members = indexed ? (families.get(id) ?? []).filter((child) => !facts.get(child)!.apart) : []
  const children = withChildren(
    noChildren,
    members.map((child) => cores.get(child)!),
  )
  return { core: cores.get(id)!, indexed, parent, children, builtLocally, lastUpdated }
}
