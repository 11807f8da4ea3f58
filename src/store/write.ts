import { digestOf } from '../digest/digest.ts'
import { GoError, orGoError } from '../go/error.ts'
import { quote } from '../go/quote.ts'
import type { Time } from '../go/time.ts'
import { decodeImage, decodeImageWithoutRule, type ImageWithRootFS } from '../image/codec.ts'
import type { ImageID } from '../image/image.ts'
import { type ChainID, chainID, type DiffID, hasLayers } from '../image/rootfs.ts'
import { trieGet, trieSetAll } from '../persistent/trie.ts'
import { childIDs, hasChild, withChild, withChildren, withUnreadable } from './children.ts'
import { packContent } from './content.ts'
import { makeCore, sharing } from './core.ts'
import { indexedNode, noContent, nodeOf, wrapped } from './ids.ts'
import { bareNode, putNode, withNode, withoutMember, withoutStray, withStray } from './members.ts'
import { type Failure, fail, failure } from './outcome.ts'
import { readImage } from './read.ts'
import { type Daemon, type ImageStore, type Node, withFields } from './store.ts'

/** What came of a create. `layers` is the stack that the layer store was asked for; `chainID({ diffIDs: layers })` is its name. */
export type CreateResult =
  | { readonly outcome: 'created' | 'existing'; readonly id: ImageID; readonly layers: readonly DiffID[] }
  | (Failure & { readonly layers: readonly DiffID[] })

/**
 * Adds an image config (moby's store.Create, spec 3.2). Its id is the digest of the bytes. Where the real create fails after writing the content, the
 * next store has that content and no image.
 */
export function createImage(store: ImageStore, raw: Uint8Array): [next: ImageStore, result: CreateResult] {
  const content = packContent(raw)
  const decoded = orGoError(() => decodeForCreate(content, store.daemon))
  if (decoded instanceof GoError) return [store, { ...failure(decoded), layers: [] }]
  const id = digestOf<'image'>(raw)
  const node = nodeOf(store, id)
  if (node?.indexed) return [store, { outcome: 'existing', id, layers: [] }]
  const core = node?.core ?? makeCore(id, content, decoded)
  const layers = decoded.rootfs.diffIDs ?? []
  const refusal = refusalOf(store, decoded)
  const next = putNode(store, node, { ...(node ?? bareNode(core)), indexed: refusal === undefined })
  if (refusal !== undefined) return [next, { ...refusal.failure, layers: refusal.asked ? layers : [] }]
  return [next, { outcome: 'created', id, layers }]
}

/** Adds many image configs at once: the same as one after the other, and cheaper. */
export function createImages(
  store: ImageStore,
  raws: Iterable<Uint8Array>,
): [next: ImageStore, results: CreateResult[]] {
  const fresh = new Map<ImageID, Node>()
  const results: CreateResult[] = []
  let next = store
  for (const raw of raws) {
    const made = makeFreshNode(next, fresh, raw)
    if (made === undefined) {
      const [after, result] = createImage(putNodes(next, fresh), raw)
      fresh.clear()
      next = after
      results.push(result)
    } else results.push(made)
  }
  return [putNodes(next, fresh), results]
}

/** Links a child to its parent (moby's store.SetParent, spec 3.4). An unknown child fails, and stays in the parent's set of children all the same. */
export function setParent(
  store: ImageStore,
  id: string,
  parent: string,
): [next: ImageStore, result: { readonly outcome: 'set' } | Failure] {
  const parentNode = indexedNode(store, parent)
  if (parentNode === undefined) return [store, fail('unknown-parent', `unknown parent image ID ${parent}`)]
  const node = nodeOf(store, id)
  if (node === undefined) {
    const error = noContent(store, id)
    if (error.kind === 'panic') return [store, failure(error)]
    const phantom = withNode(store, { ...parentNode, children: withUnreadable(parentNode.children, id) })
    return [withStray(phantom, id, parentNode.core.id), failure(error)]
  }
  const left = node.parent === undefined ? store : withoutMember(store, node.parent, id)
  const core = parent === id ? node.core : sharing(node.core, parentNode.core)
  const moved = putNode(left, nodeOf(left, id), { ...nodeOf(left, id)!, core, parent: parentNode.core.id })
  const joined = nodeOf(moved, parent)!
  const next = withNode(moved, { ...joined, children: withChild(joined.children, core) })
  return [withoutStray(next, id, parentNode.core.id), { outcome: 'set' }]
}

/** What came of a removal. `released` is the stack of layers that is given back to the layer store. */
export type RemoveResult = { readonly outcome: 'removed'; readonly released: ChainID | undefined } | Failure

/** Removes an image (moby's store.Delete, spec 3.6). Its children stay and lose their parent. */
export function removeImage(store: ImageStore, id: string): [next: ImageStore, result: RemoveResult] {
  const node = indexedNode(store, id)
  if (node === undefined) return [store, fail('unrecognized-image', `unrecognized image ID ${id}`)]
  const image = readImage(store, id)
  if (image instanceof GoError) return [store, fail('unrecognized-image', `unrecognized image ${id}, ${image.message}`)]
  const os = image.os || store.daemon.os
  if (store.daemon.generation.otherOS === 'refused-by-fold' && os.toLowerCase() !== store.daemon.os) {
    return [store, fail('os-unsupported', `unsupported image operating system ${quote(os)}`)]
  }
  const orphaned = childIDs(node.children).reduce((next, child) => orphan(next, child, node.core.id), store)
  const parent = nodeOf(orphaned, id)!.parent
  const alone = parent === undefined ? orphaned : withoutMember(orphaned, parent, id)
  return [putNode(alone, nodeOf(alone, id), undefined), { outcome: 'removed', released: chainID(image.rootfs) }]
}

/** Notes that the image was built here, which releases since 23.0.10 ask of a cache hit (spec 3.9). */
export function markBuiltLocally(
  store: ImageStore,
  id: string,
): [next: ImageStore, result: { readonly outcome: 'set' } | Failure] {
  return withMetadata(store, id, { builtLocally: true })
}

/** Notes when the image was last tagged or made anew. */
export function setLastUpdated(
  store: ImageStore,
  id: string,
  time: Time,
): [next: ImageStore, result: { readonly outcome: 'set' } | Failure] {
  return withMetadata(store, id, { lastUpdated: time })
}

function withMetadata(
  store: ImageStore,
  id: string,
  fields: Partial<Node>,
): [ImageStore, { readonly outcome: 'set' } | Failure] {
  const node = nodeOf(store, id)
  if (node === undefined) return [store, failure(noContent(store, id))]
  return [withNode(store, { ...node, ...fields }), { outcome: 'set' }]
}

/** Parse, then the one rule about history: no more steps with a layer than layers. */
function decodeForCreate(content: string | Uint8Array, { generation }: Daemon): ImageWithRootFS {
  if (generation.withoutRootFS === 'panic') {
    const image = decodeImageWithoutRule(content, generation)
    if (image?.rootfs === undefined)
      throw new GoError('panic', 'panic: runtime error: invalid memory address or nil pointer dereference')
  }
  const image = decodeImage(content, generation)
  const withLayer = (image.history ?? []).reduce((count, { emptyLayer }) => count + (emptyLayer ? 0 : 1), 0)
  if (withLayer > (image.rootfs.diffIDs?.length ?? 0)) {
    throw new GoError('too-many-layers', 'too many non-empty layers in History section')
  }
  return image
}

/** Why the index refuses an image whose content has been written; `asked` when the layer store was asked. */
export function refusalOf(store: ImageStore, image: ImageWithRootFS): { failure: Failure; asked: boolean } | undefined {
  const { generation, os: host } = store.daemon
  if (!hasLayers(image.rootfs)) return undefined
  const os = image.os || host
  if (generation.otherOS !== 'ignored' && os.toLowerCase() !== host) {
    return { failure: fail('os-unsupported', 'operating system is not supported'), asked: false }
  }
  if (generation.otherOS === 'refused-by-fold' && os !== host) {
    return {
      failure: fail('panic', 'panic: runtime error: invalid memory address or nil pointer dereference'),
      asked: false,
    }
  }
  if (store.missingLayers.size === 0) return undefined
  const chain = chainID(image.rootfs)!
  if (trieGet(store.missingLayers, chain) === undefined) return undefined
  return {
    failure: fail('layer-missing', wrapped(store.daemon, `failed to get layer ${chain}`, 'layer does not exist')),
    asked: true,
  }
}

function makeFreshNode(store: ImageStore, fresh: Map<ImageID, Node>, raw: Uint8Array): CreateResult | undefined {
  if (store.strays.size > 0) return undefined
  const content = packContent(raw)
  const decoded = orGoError(() => decodeForCreate(content, store.daemon))
  if (decoded instanceof GoError) return { ...failure(decoded), layers: [] }
  const id = digestOf<'image'>(raw)
  if (fresh.has(id)) return { outcome: 'existing', id, layers: [] }
  if (nodeOf(store, id) !== undefined || refusalOf(store, decoded) !== undefined) return undefined
  fresh.set(id, { ...bareNode(makeCore(id, content, decoded)), indexed: true })
  return { outcome: 'created', id, layers: decoded.rootfs.diffIDs ?? [] }
}

function putNodes(store: ImageStore, fresh: ReadonlyMap<ImageID, Node>): ImageStore {
  if (fresh.size === 0) return store
  return withFields(store, {
    images: trieSetAll(store.images, fresh),
    size: store.size + fresh.size,
    parentless: withChildren(
      store.parentless,
      Array.from(fresh.values(), ({ core }) => core),
    ),
  })
}

/** The child's parent link goes; where it named another than `parent`, that one's set still has the child. */
function orphan(store: ImageStore, child: string, parent: ImageID): ImageStore {
  const free = withoutStray(store, child, parent)
  const node = nodeOf(free, child)
  if (node?.parent === undefined) return free
  const next = putNode(free, node, { ...node, parent: undefined })
  const holder = indexedNode(next, node.parent)
  const held = node.parent !== parent && holder !== undefined && hasChild(holder.children, child)
  return held ? withStray(next, child, node.parent) : next
}
