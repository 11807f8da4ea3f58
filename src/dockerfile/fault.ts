import { GoError } from '../go/error.ts'

/** A text of the user's that the daemon refuses, with the daemon's words. */
export interface Fault {
  readonly outcome: 'error'
  readonly text: string
}

/** The same on its way out: thrown inside this folder only. */
export function fault(text: string): GoError {
  return new GoError('dockerfile', text)
}
