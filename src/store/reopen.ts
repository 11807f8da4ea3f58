import { digestOf } from '../digest/digest.ts'
import { GoError, orGoError } from '../go/error.ts'
import { decodeImage } from '../image/codec.ts'
import type { ImageID } from '../image/image.ts'
import { type DiffID, hasLayers } from '../image/rootfs.ts'
import { textDigits } from '../persistent/digits.ts'
import { Trie, trieEntries, trieSetAll } from '../persistent/trie.ts'
import { type Children, noChildren, withChildren } from './children.ts'
import { wholeContent } from './content.ts'
import { type Core, coreOf } from './core.ts'
import { bareNode } from './members.ts'
import type { Failure } from './outcome.ts'
import { type ImageStore, type Node, withFields } from './store.ts'
import { refusalOf } from './write.ts'

/** What came of a reopening. `layers` are the stacks that the layer store was asked for, in order. */
export type ReopenResult =
  | { readonly outcome: 'reopened'; readonly layers: readonly (readonly DiffID[])[] }
  | (Failure & { readonly layers: readonly (readonly DiffID[])[] })

/**
 * Builds the index anew from content, as a daemon does when it starts (moby's store.restore, spec 3.10): what a failed create left may become an image, what lost
 * its layers is left out, accidental children are forgotten. Where that fails (1.13, on a missing layer) the store stays as it was.
 */
export function reopenStore(store: ImageStore): [next: ImageStore, result: ReopenResult] {
  const layers: (readonly DiffID[])[] = []
  const indexed = new Map<ImageID, Node>()
  for (const [id, node] of trieEntries(store.images)) {
    const image = orGoError(() => decodeImage(wholeContent(node.core.content), store.daemon.generation))
    if (image instanceof GoError) continue
    const refusal = refusalOf(store, image)
    const diffIDs = image.rootfs.diffIDs ?? []
    if (hasLayers(image.rootfs) && (refusal?.asked ?? true)) layers.push(diffIDs)
    if (refusal !== undefined && stopsReopening(store, refusal.failure)) return [store, { ...refusal.failure, layers }]
    if (refusal === undefined) indexed.set(id, node)
  }
  return [withIndex(store, indexed), { outcome: 'reopened', layers }]
}

/**
 * Puts content on the store's disk without any check and without indexing it: how a daemon's directory looks before it starts. Then `reopenStore`.
 */
export function putContent(store: ImageStore, raw: Uint8Array): [next: ImageStore, id: ImageID] {
  const id = digestOf<'image'>(raw)
  const core = coreOf(id, raw, store.daemon.generation)
  return [withFields(store, { images: trieSetAll(store.images, [[id, bareNode(core)]]) }), id]
}

function stopsReopening({ daemon }: ImageStore, { code }: Failure): boolean {
  return code === 'panic' || (code === 'layer-missing' && daemon.generation.errors === 'bare')
}

function withIndex(store: ImageStore, indexed: ReadonlyMap<ImageID, Node>): ImageStore {
  const family = new Map<ImageID | undefined, Core[]>()
  for (const { core, parent } of indexed.values()) {
    const siblings = family.get(parent)
    if (siblings === undefined) family.set(parent, [core])
    else siblings.push(core)
  }
  const childrenOf = (id: ImageID): Children => withChildren(noChildren, family.get(id) ?? [])
  const nodes = Array.from(trieEntries(store.images), ([id, node]): [ImageID, Node] => {
    const isIndexed = indexed.has(id)
    return [id, { ...node, indexed: isIndexed, children: isIndexed ? childrenOf(id) : noChildren }]
  })
  return withFields(store, {
    images: trieSetAll(store.images, nodes),
    size: indexed.size,
    parentless: withChildren(noChildren, family.get(undefined) ?? []),
    strays: new Trie(textDigits),
  })
}
