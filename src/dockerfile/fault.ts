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

/** Layerfold's own bound, eight times the longest variable that Linux lets a process have. Docker knows none: `A=$A$A` doubles with each line. */
const MOST_FILLED = 2 ** 20

/** How much longer a word is than it was written. */
export function checkGrowth(length: number): void {
  if (length > MOST_FILLED) throw fault(`layerfold fills in no more than ${MOST_FILLED} characters`)
}
