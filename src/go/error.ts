/**
 * An error as the Go code would return it, or its panic. Thrown inside the package only: `store/` and `cache/` turn it into an outcome.
 * `text` is Go's own where it is normative; of JSON and time errors only the kind is (their words change between Go releases).
 */
export type GoErrorKind =
  | 'json-syntax'
  | 'json-type'
  | 'json-marshal'
  | 'time-parse'
  | 'no-rootfs'
  | 'too-many-layers'
  | 'layer-missing'
  | 'os-unsupported'
  | 'unknown-parent'
  | 'unrecognized-image'
  | 'ambiguous'
  | 'no-such-image'
  | 'no-metadata'
  | 'no-content'
  | 'is-a-directory'
  | 'invalid-reference'
  | 'empty-content'
  | 'unable-to-find-image'
  | 'dockerfile'
  | 'panic'
  | BuildErrorKind

/**
 * What ends a build outside the cache. `word`: variable expansion. `instruction`: what an instruction says is not accepted. `context`: COPY or ADD finds no such
 * files. `base`: the image of FROM or `--from`. `stage`: names and numbers of stages, `--target`. `no-image`: nothing was built. `container`: none can be made of the
 * step's config. `executed`: the step ran and failed.
 */
export type BuildErrorKind =
  | 'word'
  | 'instruction'
  | 'context'
  | 'base'
  | 'stage'
  | 'no-image'
  | 'container'
  | 'executed'

export class GoError extends Error {
  readonly kind: GoErrorKind

  constructor(kind: GoErrorKind, text: string) {
    super(text)
    this.kind = kind
  }
}

/** The result of `run`, or the Go error that it threw. Anything else keeps flying. */
export function orGoError<T>(run: () => T): T | GoError {
  try {
    return run()
  } catch (error) {
    if (error instanceof GoError) return error
    throw error
  }
}
