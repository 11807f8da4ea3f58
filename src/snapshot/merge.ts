import { compareText } from '../go/text.ts'
import { compareTime, sameTime, type Time } from '../go/time.ts'
import { trieGet } from '../persistent/trie.ts'
import { applyChanges, type Change, changesBetween } from '../store/changes.ts'
import { hasChild } from '../store/children.ts'
import { indexedNode, nodeOf } from '../store/ids.ts'
import type { ImageStore, Node } from '../store/store.ts'

/**
 * One store from two, the same one in whatever order any number of them are merged. `base` is what both came from; without it, both came from nothing.
 *
 * - What only one of the two changed is as that one says. So a removal wins over an add that it has seen, and an add that it has not seen survives.
 * - Where both changed an image, a removal wins; else it is indexed, and built locally, if either says so, was last updated at the later time, and its link
 *   leads to the parent with the greater id.
 * - Sets of children unite: where two gave an image different parents, both still find it.
 * - Where both moved a tag, it names the image with the greater id; a tag that was moved by one and removed by the other stays moved.
 * - A layer is missing if either says so.
 *
 * The daemon is that of `a`. Costs in proportion to what the two do not share.
 */
export function mergeStores(a: ImageStore, b: ImageStore, base?: ImageStore): ImageStore {
  const changes = changesBetween(a, b).flatMap((change) => resolve({ a, b, base }, change))
  return changes.length === 0 ? a : applyChanges(a, changes)
}

interface Sides {
  readonly a: ImageStore
  readonly b: ImageStore
  readonly base: ImageStore | undefined
}

/** What has to be done to `a` about a fact that is other in `b`. */
function resolve(sides: Sides, change: Change): Change[] {
  const { a, base } = sides
  switch (change.what) {
    case 'image':
      return resolveImage(sides, change)
    case 'child':
      return resolveChild(sides, change)
    case 'layer': {
      const missing = base === undefined || trieGet(base.missingLayers, change.chain) === undefined
      return missing === change.missing ? [change] : []
    }
    case 'tag': {
      const was = base && trieGet(base.tags, change.name)
      const mine = trieGet(a.tags, change.name)
      const to = either(was, mine, change.to, (x, y) => x === y, compareText)
      return to === mine ? [] : [{ ...change, to }]
    }
  }
}

function resolveImage(sides: Sides, change: Change & { what: 'image' }): Change[] {
  const { id } = change
  const mine = nodeOf(sides.a, id)
  const theirs = nodeOf(sides.b, id)
  const was = sides.base && nodeOf(sides.base, id)
  if (theirs === undefined)
    return was === undefined ? [] : [{ what: 'image', id, to: undefined }, ...leaving(sides, id)]
  if (mine === undefined) return was === undefined ? [change] : []
  return [{ what: 'image', id, to: factsOf(was, mine, theirs) }]
}

type Facts = Pick<Node, 'indexed' | 'parent' | 'builtLocally' | 'lastUpdated'>

function factsOf(was: Facts | undefined, mine: Facts, theirs: Facts): Facts {
  const flag = (field: 'indexed' | 'builtLocally'): boolean =>
    mine[field] === theirs[field] ? mine[field] : was?.[field] !== true
  return {
    indexed: flag('indexed'),
    builtLocally: flag('builtLocally'),
    parent: either(was?.parent, mine.parent, theirs.parent, (x, y) => x === y, compareText),
    lastUpdated: either(was?.lastUpdated, mine.lastUpdated, theirs.lastUpdated, sameTime, compareInstant),
  }
}

/** The one that is not as it was; where both are not, the greater one. */
function either<T>(
  was: T | undefined,
  mine: T | undefined,
  theirs: T | undefined,
  same: (x: T | undefined, y: T | undefined) => boolean,
  compare: (x: T, y: T) => number,
): T | undefined {
  if (same(mine, theirs) || same(theirs, was)) return mine
  if (same(mine, was) || mine === undefined) return theirs
  return theirs === undefined || compare(mine, theirs) > 0 ? mine : theirs
}

function compareInstant(x: Time, y: Time): number {
  return compareTime(x, y) || compareText(String(x.zone), String(y.zone))
}

/** Sets that `b` does not have, and that hold an image which goes. */
function leaving({ a, b }: Sides, child: string): Change[] {
  const link = nodeOf(a, child)?.parent
  const parents = new Set([...(link === undefined ? [] : [link]), ...(trieGet(a.strays, child) ?? [])])
  return [...parents].flatMap((parent): Change[] => {
    if (!isMember(a, parent, child)) return []
    const leave: Change = { what: 'child', parent, child, is: false }
    if (nodeOf(b, parent) === undefined) return [leave]
    return isMember(b, parent, child) ? [leave, { ...leave, is: true }] : [] // from here on, an id without content
  })
}

/** A membership whose image goes is not kept; one that never had an image is. */
function resolveChild(sides: Sides, change: Change & { what: 'child' }): Change[] {
  const { a, b, base } = sides
  const { parent, child, is } = change
  const keeps = base === undefined || !isMember(base, parent, child)
  const holder = is ? b : a
  const stays = keeps && survives(sides, parent) && (nodeOf(holder, child) === undefined || survives(sides, child))
  if (is) return stays && staysIndexed(sides, parent) ? [change] : []
  return stays ? [] : [change]
}

function isMember(store: ImageStore, parent: string, child: string): boolean {
  const node = indexedNode(store, parent)
  return node !== undefined && hasChild(node.children, child)
}

function survives({ a, b, base }: Sides, id: string): boolean {
  const [mine, theirs] = [nodeOf(a, id), nodeOf(b, id)]
  if (mine !== undefined && theirs !== undefined) return true
  return (mine ?? theirs) !== undefined && (base === undefined || nodeOf(base, id) === undefined)
}

function staysIndexed({ a, b, base }: Sides, id: string): boolean {
  const [mine, theirs] = [nodeOf(a, id), nodeOf(b, id)]
  if (mine === undefined || theirs === undefined) return (mine ?? theirs)?.indexed === true
  return factsOf(base && nodeOf(base, id), mine, theirs).indexed
}
