import { shortID } from '../digest/digest.ts'
import { writeTime } from '../go/time.ts'
import { familiarName } from '../image/reference.ts'
import { trieGet } from '../persistent/trie.ts'
import { type Change, changesBetween } from '../store/changes.ts'
import { nodeOf } from '../store/ids.ts'
import { findImage, parentOf } from '../store/read.ts'
import type { ImageStore, Node } from '../store/store.ts'

/** A state, and what made it. */
export interface Moment {
  readonly store: ImageStore
  readonly what: string
  readonly before: Moment | undefined
}

/**
 * States of a store, each kept for what it does not share with the one before. A timeline is a value: whoever keeps an old one has a fork of the new one.
 */
export interface Timeline {
  readonly now: Moment
  /** What can be redone, the next first. */
  readonly undone: Undone | undefined
}

interface Undone {
  readonly moment: Moment
  readonly rest: Undone | undefined
}

export function startTimeline(store: ImageStore, what = 'start'): Timeline {
  return { now: { store, what, before: undefined }, undone: undefined }
}

/** The state becomes the present one. What had been undone is gone from this timeline. */
export function recordState({ now }: Timeline, store: ImageStore, what: string): Timeline {
  return { now: { store, what, before: now }, undone: undefined }
}

/** The same timeline where nothing is before. */
export function undo(timeline: Timeline): Timeline {
  const { now, undone } = timeline
  return now.before === undefined ? timeline : { now: now.before, undone: { moment: now, rest: undone } }
}

/** The same timeline where nothing has been undone. */
export function redo(timeline: Timeline): Timeline {
  return timeline.undone === undefined ? timeline : { now: timeline.undone.moment, undone: timeline.undone.rest }
}

/** All moments up to the present one, the oldest first. */
export function momentsOf({ now }: Timeline): Moment[] {
  const moments: Moment[] = []
  for (let moment: Moment | undefined = now; moment !== undefined; moment = moment.before) moments.push(moment)
  return moments.reverse()
}

/** What is other in the second store, one line each: for people, not for programs. Costs in proportion to the lines. */
export function describeChanges(before: ImageStore, after: ImageStore): string[] {
  return changesBetween(before, after).flatMap((change) => describe(before, after, change))
}

function describe(before: ImageStore, after: ImageStore, change: Change): string[] {
  switch (change.what) {
    case 'image':
      return [describeImage(nodeOf(before, change.id), nodeOf(after, change.id), after)]
    case 'tag':
      return [describeTag(familiarName({ name: change.name }), trieGet(before.tags, change.name), change.to)]
    case 'layer':
      return [`layers ${shortID(change.chain)} ${change.missing ? 'are missing' : 'exist'}`]
    case 'child': {
      const { parent, child, is } = change
      const follows = parentOf(is ? after : before, child) === parent // the image's own line says it
      return follows ? [] : [`${shortID(parent)} ${is ? 'takes' : 'loses'} ${shortID(child)} as a stray child`]
    }
  }
}

function describeImage(before: Node | undefined, after: Node | undefined, store: ImageStore): string {
  const name = `image ${shortID((after ?? before)!.core.id)}`
  if (after === undefined) return `- ${name}`
  if (before === undefined) {
    const step = findImage(store, after.core.id)?.history?.at(-1)?.createdBy
    return [`+ ${name}`, ...detailsOf(after), ...(step ? [`made by ${step}`] : [])].join(', ')
  }
  const old = new Set(detailsOf(before))
  const fresh = detailsOf(after).filter((detail) => !old.delete(detail))
  return [`  ${name}`, ...fresh, ...Array.from(old, (detail) => `no longer ${detail}`)].join(', ')
}

function detailsOf({ indexed, parent, builtLocally, lastUpdated }: Node): string[] {
  return [
    ...(parent === undefined ? [] : [`child of ${shortID(parent)}`]),
    ...(builtLocally ? ['built locally'] : []),
    ...(indexed ? [] : ['only content']),
    ...(lastUpdated === undefined ? [] : [`updated ${writeTime(lastUpdated)}`]),
  ]
}

function describeTag(name: string, from: string | undefined, to: string | undefined): string {
  if (from === undefined) return `+ tag ${name}: ${shortID(to!)}`
  return to === undefined ? `- tag ${name}` : `  tag ${name}: ${shortID(from)} → ${shortID(to)}`
}
