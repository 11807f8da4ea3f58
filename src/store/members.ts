import type { ImageID } from '../image/image.ts'
import { type Trie, trieDelete, trieGet, trieSet } from '../persistent/trie.ts'
import { type Children, hasChild, noChildren, withChild, withoutChild, withUnreadable } from './children.ts'
import type { Core } from './core.ts'
import { indexedNode } from './ids.ts'
import { type ImageStore, type Node, withFields } from './store.ts'

export function bareNode(core: Core): Node {
  return { core, indexed: false, parent: undefined, children: noChildren, builtLocally: false, lastUpdated: undefined }
}

/** One node is another, is new, or is gone: the trie, the count, the parentless and the sets that hold it by accident follow. */
export function putNode(store: ImageStore, before: Node | undefined, after: Node | undefined): ImageStore {
  const id = (after ?? before)!.core.id
  const fields: { -readonly [K in keyof ImageStore]?: ImageStore[K] } = {
    images: after === undefined ? trieDelete(store.images, id) : trieSet(store.images, id, after),
  }
  const count = Number(after?.indexed ?? false) - Number(before?.indexed ?? false)
  if (count !== 0) fields.size = store.size + count
  const parentless = withParentless(store.parentless, before, after)
  if (parentless !== store.parentless) fields.parentless = parentless
  const next = withFields(store, fields)
  return before?.core === after?.core ? next : refreshStrays(next, id, after?.core)
}

function withParentless(parentless: Children, before: Node | undefined, after: Node | undefined): Children {
  const was = before?.indexed === true && before.parent === undefined
  const is = after?.indexed === true && after.parent === undefined
  if (is) return was && before.core === after.core ? parentless : withChild(parentless, after.core)
  return was ? withoutChild(parentless, before.core.id) : parentless
}

/** A node whose core, index and parent link are as they were. */
export function withNode(store: ImageStore, node: Node): ImageStore {
  return withFields(store, { images: trieSet(store.images, node.core.id, node) })
}

export function withoutMember(store: ImageStore, parent: string, id: string): ImageStore {
  const node = indexedNode(store, parent)
  return node === undefined || !hasChild(node.children, id)
    ? store
    : withNode(store, { ...node, children: withoutChild(node.children, id) })
}

/** The sets that hold the child by accident get its new core, or its bare id. */
function refreshStrays(store: ImageStore, id: string, core: Core | undefined): ImageStore {
  const parents = trieGet(store.strays, id) ?? []
  return parents.reduce((next, parent) => {
    const node = indexedNode(next, parent)
    if (node === undefined) return next
    const children = core === undefined ? withUnreadable(node.children, id) : withChild(node.children, core)
    return withNode(next, { ...node, children })
  }, store)
}

export function withStray(store: ImageStore, id: string, parent: ImageID): ImageStore {
  const parents = trieGet(store.strays, id) ?? []
  return parents.includes(parent)
    ? store
    : withFields(store, { strays: trieSet(store.strays, id, [...parents, parent]) })
}

export function withoutStray(store: ImageStore, id: string, parent: ImageID): ImageStore {
  const parents = trieGet(store.strays, id)
  if (parents === undefined || !parents.includes(parent)) return store
  const rest = parents.filter((each) => each !== parent)
  const strays: Trie<string, readonly ImageID[]> =
    rest.length === 0 ? trieDelete(store.strays, id) : trieSet(store.strays, id, rest)
  return withFields(store, { strays })
}
