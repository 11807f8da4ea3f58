/**
 * What can go wrong when the caller, an archive or a snapshot breaks a promise. One code, one set of details, one sentence.
 * A cache miss, an absent image and a failing build are values, never these.
 */
export interface ErrorDetails {
  'digest-malformed': { readonly text: string }
  'reference-malformed': { readonly reference: string; readonly reason: string }
  /** `kind` is the kind of Go error (`no-content`, `json-syntax` …), `text` what the daemon would say. */
  'image-unreadable': { readonly id: string; readonly kind: string; readonly text: string }
  /** `where` is a member's name, or the name of the whole. */
  'archive-malformed': { readonly where: string; readonly reason: string }
  'archive-digest-mismatch': { readonly where: string; readonly expected: string; readonly actual: string }
  /** `limit` in bytes or members, as `what` says. */
  'archive-too-large': { readonly where: string; readonly what: string; readonly limit: number }
  /** `text` is what the docker client says. */
  'dockerignore-malformed': { readonly text: string }
  /** Of an exported BuildKit cache, or a saved state of BuildKit. */
  'cache-malformed': { readonly reason: string }
  'engine-unknown': { readonly engine: string }
  'change-malformed': { readonly reason: string }
  'snapshot-malformed': { readonly where: string; readonly reason: string }
  /** `newest` is the newest version that this layerfold reads. */
  'snapshot-version': { readonly version: number; readonly newest: number }
  /** Each image and segment that is not what was written, in words. */
  'snapshot-damaged': { readonly parts: readonly string[] }
  /** `sequence` is the number of the first entry that cannot be trusted. */
  'journal-damaged': { readonly sequence: number; readonly reason: string }
  'storage-locked': { readonly where: string; readonly holder: string }
  'storage-full': { readonly where: string; readonly reason: string }
  'storage-closed': { readonly where: string }
  'storage-failed': { readonly where: string; readonly reason: string }
}

export type ErrorCode = keyof ErrorDetails

/** The one class of error that layerfold throws: `code` is stable, `details` are typed by it, the message says both in words. */
export class LayerfoldError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly details: ErrorDetails[Code]

  constructor(code: Code, details: ErrorDetails[Code], cause?: unknown) {
    const words = Object.entries(details).map(([name, value]) => `${name}: ${value}`)
    super(`${code} (${words.join(', ')})`, cause === undefined ? undefined : { cause })
    this.name = 'LayerfoldError'
    this.code = code
    this.details = details
  }
}

/** Whether a caught value is one of layerfold's own errors; looks at the name and code, so that it works across two copies of the package. */
export function isLayerfoldError(error: unknown): error is LayerfoldError {
  return error instanceof Error && error.name === 'LayerfoldError' && 'code' in error
}
