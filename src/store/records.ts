import { digestOf, isDigest } from '../digest/digest.ts'
import { LayerfoldError } from '../errors.ts'
import type { ImageID } from '../image/image.ts'
import type { Change } from './changes.ts'
import { childIDs, hasChild, noChildren, withChild, withoutChild, withUnreadable } from './children.ts'
import { type Core, coreOf, sharing } from './core.ts'
import { indexedNode, nodeOf } from './ids.ts'
import { putNode, withNode, withoutStray, withStray } from './members.ts'
import type { ImageStore, Node } from './store.ts'

type ImageChange = Change & { readonly what: 'image' }
type ChildChange = Change & { readonly what: 'child' }

/**
 * Puts the facts of images and of sets of children in place. Children leave first and join last, so that each set always holds what its members are
 * at that moment; then what a set holds against a child's own link is noted.
 */
export function putRecords(store: ImageStore, changes: readonly Change[]): ImageStore {
  const images = changes.filter((change) => change.what === 'image')
  const members = changes.filter((change) => change.what === 'child')
  const left = members.filter(({ is }) => !is).reduce(leave, store)
  const put = images.reduce(putRecord, left)
  const joined = members.filter(({ is }) => is).reduce(join, put)
  return images.reduce((next, { id }) => noteStrays(next, id, nodeOf(store, id)?.parent), joined)
}

function leave(store: ImageStore, { parent, child }: ChildChange): ImageStore {
  const node = indexedNode(store, parent)
  if (node === undefined) return store
  return withoutStray(withNode(store, { ...node, children: withoutChild(node.children, child) }), child, parent)
}

function join(store: ImageStore, { parent, child }: ChildChange): ImageStore {
  const node = indexedNode(store, parent)
  if (node === undefined)
    throw new LayerfoldError('change-malformed', { reason: `children of ${parent}, which is no image` })
  const member = nodeOf(store, child)
  const children = member === undefined ? withUnreadable(node.children, child) : withChild(node.children, member.core)
  const next = withNode(store, { ...node, children })
  return member?.parent === parent ? next : withStray(next, child, parent)
}

function putRecord(store: ImageStore, { id, to }: ImageChange): ImageStore {
  const before = nodeOf(store, id)
  const kept = to?.indexed ? before?.children : undefined
  const next = before === undefined || kept !== undefined ? store : withoutStraysIn(store, before)
  if (to === undefined) return before === undefined ? next : putNode(next, before, undefined)
  const { raw, ...facts } = to
  const core = before?.core ?? readCore(store, id, raw, facts.parent)
  return putNode(next, before, { ...facts, core, children: kept ?? noChildren } satisfies Node)
}

/** The image's set of children goes with it, and so does what was noted of its members. */
function withoutStraysIn(store: ImageStore, { core, children }: Node): ImageStore {
  return childIDs(children).reduce((next, child) => withoutStray(next, child, core.id), store)
}

function readCore(store: ImageStore, id: string, raw: Uint8Array | undefined, parent: ImageID | undefined): Core {
  if (!isDigest<'image'>(id)) throw new LayerfoldError('change-malformed', { reason: `${id} is no image id` })
  if (raw === undefined)
    throw new LayerfoldError('change-malformed', { reason: `${id} is not in the store and has no content` })
  if (digestOf(raw) !== id)
    throw new LayerfoldError('change-malformed', { reason: `the content of ${id} has another digest` })
  const core = coreOf(id, raw, store.daemon.generation)
  const parentCore = parent === undefined ? undefined : nodeOf(store, parent)?.core
  return parentCore === undefined ? core : sharing(core, parentCore)
}

/** After a link has moved from `oldParent`: the old set may still hold the child, or the id of one that is gone; the new one now does so by right. */
function noteStrays(store: ImageStore, id: ImageID, oldParent: ImageID | undefined): ImageStore {
  const node = nodeOf(store, id)
  const next = node?.parent === undefined ? store : withoutStray(store, id, node.parent)
  const holder = oldParent === undefined || oldParent === node?.parent ? undefined : indexedNode(next, oldParent)
  if (holder === undefined || !hasChild(holder.children, id)) return next
  const held = node === undefined ? withNode(next, { ...holder, children: withUnreadable(holder.children, id) }) : next
  return withStray(held, id, holder.core.id)
}
