import { sameTime, type Time } from '../go/time.ts'

/** One step of an image's past, oldest first in `Image.history`. */
export interface History {
  /** `undefined` only since 25.0; before, an absent time is Go's zero time. */
  readonly created: Time | undefined
  readonly author: string
  /** The step's Cmd, joined by single spaces. */
  readonly createdBy: string
  readonly comment: string
  /** The step added no layer. */
  readonly emptyLayer: boolean
}

/** Go's reflect.DeepEqual of two entries: the times by instant and by how their zone was written (spec 7.6, 2.2). */
export function sameHistory(a: History, b: History): boolean {
  return (
    a.createdBy === b.createdBy &&
    a.emptyLayer === b.emptyLayer &&
    a.author === b.author &&
    a.comment === b.comment &&
    sameTime(a.created, b.created)
  )
}
