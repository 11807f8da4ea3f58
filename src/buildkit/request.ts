import type { Grammar } from '../dockerfile/grammar.ts'
import type { BuildRequest, BuildState } from '../dockerfile/request.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import type { HashedTree } from './content.ts'
import type { ContentOf, StoredTree } from './context.ts'
import type { CacheRecord } from './inline.ts'
import type { KeyStore } from './keys.ts'
import type { Network, Operation } from './operation.ts'

/** How one BuildKit release differs from another where a verdict depends on it (rules 11). Plain facts. */
export interface BuildkitBuilder {
  readonly name: string
  readonly grammar: Grammar
  /** Whether owners of files count in content digests: since 0.11. */
  readonly owners: boolean
  /** Whether a relative or untidy WORKDIR is cleaned before it becomes the working directory of later steps. */
  readonly workdir: 'as-written' | 'cleaned'
}

/** What a BuildKit daemon has besides images. An immutable value. */
export interface BuildkitState {
  readonly keys: KeyStore
  /** The context last received, by the directory it came from. */
  readonly contexts: Readonly<Record<string, StoredTree>>
  /** The results that images were made of: what `docker builder prune` without `-a` leaves. */
  readonly built: readonly number[]
}

/** The state that a build with BuildKit starts from. `buildkit` absent: a daemon that has built nothing. */
export interface StateWithKeys extends BuildState {
  readonly buildkit?: BuildkitState
}

export interface BuildkitRequest extends BuildRequest {
  /** The contents of the context's files. Absent: nobody knows them, and what depends on them is said to. */
  readonly contentOf?: ContentOf
  /** Names the directory that the context comes from: the daemon compares with what it sent last. Default `.`. */
  readonly directory?: string
  readonly network?: Network
  /** Names of `--add-host`. */
  readonly hosts?: readonly string[]
  /** Caches of `--cache-from` that are no images of the daemon: what `readInlineCache` and `readCacheConfig` give. */
  readonly caches?: readonly (readonly CacheRecord[])[]
  /** What a step gives that must run. Absent: it succeeds, and nobody knows what it wrote. */
  readonly runOperation?: (step: OperationToRun) => OperationRun
}

export interface OperationToRun {
  /** As in the Dockerfile. */
  readonly text: string
  readonly operation: Exclude<Operation, { readonly kind: 'source' | 'context' }>
  /** The files of its inputs; `undefined` where nobody knows them. Of the context, the daemon's hashes. */
  readonly inputs: readonly (SourceTree | HashedTree | undefined)[]
  /** What a bind mount shows of its input, by the mount's place in the list. */
  readonly selections: readonly (string | undefined)[]
}

export type OperationRun =
  | { readonly outcome: 'ran'; readonly files?: SourceTree | undefined }
  | { readonly outcome: 'error'; readonly text: string }
