import type { GoError, GoErrorKind } from '../go/error.ts'

/**
 * The real code fails here, and this is what it says. What the failure leaves behind is in the next store. `panic` is a crash of the daemon's handler.
 */
export interface Failure {
  readonly outcome: 'error'
  readonly code: GoErrorKind
  readonly text: string
}

export function failure({ kind, message }: GoError): Failure {
  return { outcome: 'error', code: kind, text: message }
}

export function fail(kind: GoErrorKind, text: string): Failure {
  return { outcome: 'error', code: kind, text }
}
