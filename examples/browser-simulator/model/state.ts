/** What the page is about, as one immutable value: moments in a tree, each with an image store and what is being asked of it. */
import { changesBetween, type ImageID, type ImageStore } from 'layerfold'
import type { EngineName } from 'layerfold/predict'

/** A file of the build context. Text stays text, so that it can be edited. */
export interface PageFile {
  readonly content: string | Uint8Array
  /** Permission bits. */
  readonly mode: number
}

export type PageFiles = Readonly<Record<string, PageFile>>

/** As typed: what they mean is read in `ask.ts`. */
export interface Flags {
  readonly engine: EngineName
  readonly tag: string
  /** Names, apart by blanks. */
  readonly cacheFrom: string
  /** `NAME=value`, one a line. */
  readonly buildArgs: string
  readonly target: string
  readonly platform: string
  readonly noCache: boolean
}

/** All that a build is asked for. */
export interface Inputs {
  readonly dockerfile: string
  readonly files: PageFiles
  readonly flags: Flags
}

/** One point in time: the images that are there, what they were built from, and what has been typed since. */
export interface Moment {
  readonly id: string
  readonly parent: string | undefined
  readonly label: string
  /** What the page says of it: a scenario's lesson. */
  readonly note?: string | undefined
  readonly images: ImageStore
  readonly built: Inputs
  readonly draft: Inputs
}

export interface State {
  /** Parents before their children. Never empty. */
  readonly moments: readonly Moment[]
  readonly at: string
}

export const noFlags: Flags = {
  engine: 'docker20',
  tag: 'app',
  cacheFrom: '',
  buildArgs: '',
  target: '',
  platform: '',
  noCache: false,
}

export function momentAt({ moments, at }: State): Moment {
  return moments.find(({ id }) => id === at) ?? moments[moments.length - 1]!
}

export function withDraft(state: State, draft: Inputs): State {
  return { ...state, moments: state.moments.map((each) => (each.id === state.at ? { ...each, draft } : each)) }
}

/** A new moment after the one that is shown, which it goes to. Where there are later ones already, this is a fork. */
export function withNext(state: State, made: { label: string; images?: ImageStore; built?: Inputs }): State {
  const now = momentAt(state)
  const next = { id: nextID(state), parent: now.id, images: now.images, built: now.built, ...made, draft: now.draft }
  return { moments: [...state.moments, next], at: next.id }
}

/** Moments from elsewhere, such as a scenario or a file: they get new ids and stand beside what is there. */
export function withMoments(state: State, { moments, at }: State): State {
  const first = Number(nextID(state))
  const renamed = new Map(moments.map(({ id }, index) => [id, String(first + index)]))
  const added = moments.map((each) => ({
    ...each,
    id: renamed.get(each.id)!,
    parent: each.parent && renamed.get(each.parent),
  }))
  return { moments: [...state.moments, ...added], at: renamed.get(at) ?? added[added.length - 1]!.id }
}

/** Without the moment that is shown and all that came of it; its parent is shown then. The last one stays. */
export function withoutMoment(state: State): State {
  const gone = new Set([state.at])
  for (const { id, parent } of state.moments) if (parent !== undefined && gone.has(parent)) gone.add(id)
  const moments = state.moments.filter(({ id }) => !gone.has(id))
  if (moments.length === 0) return state
  return { moments, at: momentAt(state).parent ?? moments[moments.length - 1]!.id }
}

export function back(state: State): State {
  const { parent } = momentAt(state)
  return parent === undefined ? state : { ...state, at: parent }
}

/** To the newest moment that came of this one. */
export function forth(state: State): State {
  const next = state.moments.findLast(({ parent }) => parent === state.at)
  return next === undefined ? state : { ...state, at: next.id }
}

function nextID({ moments }: State): string {
  return String(moments.reduce((most, { id }) => Math.max(most, Number(id)), 0) + 1)
}

/** The ids that the second store knows and the first does not. */
export function newImages(before: ImageStore, after: ImageStore): readonly ImageID[] {
  return changesBetween(before, after).flatMap((change) =>
    change.what === 'image' && change.to?.raw !== undefined ? [change.id] : [],
  )
}
