import { sameTime, type Time } from '../go/time.ts'
import type { ImageID } from '../image/image.ts'
import type { Trie } from '../persistent/trie.ts'
import { trieDelete, trieDiff, trieSet } from '../persistent/trie.ts'
import { childrenDiff, noChildren } from './children.ts'
import { unpackContent } from './content.ts'
import { putRecords } from './records.ts'
import type { ImageStore, Node } from './store.ts'
import { withFields } from './store.ts'

/** What a store says of one id: everything but the sets of children, which follow. */
export interface ImageRecord {
  readonly raw: Uint8Array
  readonly indexed: boolean
  readonly parent: ImageID | undefined
  readonly builtLocally: boolean
  readonly lastUpdated: Time | undefined
}

/** One fact that is other in the second store than in the first. `undefined` where it is gone. */
export type Change =
  /** `raw` only where the id had no content before. */
  | {
      readonly what: 'image'
      readonly id: ImageID
      readonly to: (Omit<ImageRecord, 'raw'> & { readonly raw?: Uint8Array }) | undefined
    }
  | { readonly what: 'tag'; readonly name: string; readonly to: ImageID | undefined }
  | { readonly what: 'layer'; readonly chain: string; readonly missing: boolean }
  /** Whether the parent's set of children has the child: a fact of its own beside the child's link (spec 3.4). */
  | { readonly what: 'child'; readonly parent: ImageID; readonly child: string; readonly is: boolean }

/**
 * What makes `before` into `after`, in a fixed order. Walks only what the two do not share, so one change costs the same in a store of a thousand images and of a
 * million: undo, journals and replication are this one function.
 */
export function changesBetween(before: ImageStore, after: ImageStore): Change[] {
  const changes: Change[] = []
  trieDiff(before.images, after.images, (id, from, to) => {
    if (!sameRecord(from, to)) changes.push({ what: 'image', id, to: to && recordOf(from, to) })
    if (to === undefined) return
    childrenDiff(from?.children ?? noChildren, to.children, (child, is) =>
      changes.push({ what: 'child', parent: id, child, is }),
    )
  })
  trieDiff(before.tags, after.tags, (name, _, to) => changes.push({ what: 'tag', name, to }))
  trieDiff(before.missingLayers, after.missingLayers, (chain, _, to) =>
    changes.push({ what: 'layer', chain, missing: to === true }),
  )
  return changes
}

/**
 * The store after the changes. What `changesBetween(a, b)` gives makes `a` into a store that is equal to `b`. Throws `change-malformed` for an image that is
 * neither there nor brought along, or whose bytes are not its own.
 */
export function applyChanges(store: ImageStore, changes: Iterable<Change>): ImageStore {
  const list = [...changes]
  const withRecords = putRecords(store, list)
  let { tags, missingLayers } = withRecords
  for (const change of list) {
    if (change.what === 'tag') tags = put(tags, change.name, change.to)
    if (change.what === 'layer') missingLayers = put(missingLayers, change.chain, change.missing ? true : undefined)
  }
  return withFields(withRecords, { tags, missingLayers })
}

function put<V>(trie: Trie<string, V>, key: string, value: V | undefined): Trie<string, V> {
  return value === undefined ? trieDelete(trie, key) : trieSet(trie, key, value)
}

function recordOf(from: Node | undefined, to: Node): Omit<ImageRecord, 'raw'> & { readonly raw?: Uint8Array } {
  const { indexed, parent, builtLocally, lastUpdated } = to
  return {
    indexed,
    parent,
    builtLocally,
    lastUpdated,
    ...(from === undefined && { raw: unpackContent(to.core.content) }),
  }
}

function sameRecord(a: Node | undefined, b: Node | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.indexed === b.indexed &&
    a.parent === b.parent &&
    a.builtLocally === b.builtLocally &&
    sameTime(a.lastUpdated, b.lastUpdated)
  )
}
