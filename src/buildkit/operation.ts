import type { ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'

/** What a vertex of the graph does: all that its digest is made of, and nothing of its inputs. Plain data. */
export type Operation = ContextOperation | SourceOperation | ExecOperation | FileOperation | MergeOperation

/** The build context, or what `ADD <url>` downloads. It has no key here: only its content counts. */
export interface ContextOperation {
  readonly kind: 'context'
  readonly url?: string
}

/** FROM of an image that the daemon has. */
export interface SourceOperation {
  readonly kind: 'source'
  readonly image: ImageID
  /** Name of its stack of layers: all that counts. */
  readonly chain: string
}

/** RUN. */
export interface ExecOperation {
  readonly kind: 'exec'
  readonly args: readonly string[]
  /** In its order, which counts. */
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: string
  readonly network: Network
  readonly insecure: boolean
  /** Names of `--add-host`; what they lead to does not count. */
  readonly hosts: readonly string[]
  /** The root first; alone, it does not count. */
  readonly mounts: readonly Mount[]
  readonly platform: Platform
}

export type Network = 'default' | 'host' | 'none'

export interface Mount {
  /** Which input it shows; -1 for none. */
  readonly input: number
  readonly target: string
  /** -1: nothing that is written there is kept. */
  readonly output: number
  readonly readonly: boolean
  readonly type: 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh'
  /** Of a cache: `/` and its id. Of a secret or socket: the id. */
  readonly id?: string
  readonly sharing?: 'shared' | 'private' | 'locked'
  readonly file?: SecretFile
}

export interface SecretFile {
  readonly uid: number
  readonly gid: number
  readonly mode: number
  readonly optional: boolean
}

/** The second input's files laid over the first's: what `COPY --link` comes to. Not recorded. */
export interface MergeOperation {
  readonly kind: 'merge'
}

/** COPY, ADD and WORKDIR. */
export interface FileOperation {
  readonly kind: 'file'
  readonly actions: readonly FileAction[]
}

export type FileAction = CopyAction | MakeDirectory | MakeFile

interface Action {
  /** What is written to: an input, or the output of an earlier action; -1 is an empty file system. */
  readonly input: number
  readonly owner: Owner | undefined
}

export interface CopyAction extends Action {
  readonly action: 'copy'
  /** The input that is read; -1 is an empty one. */
  readonly from: number
  /** The whole path: only its last part counts. */
  readonly source: string
  readonly destination: string
  /** Permission bits; -1 leaves them as they are. */
  readonly mode: number
  readonly unpack: boolean
  /** What may match: not of a download. */
  readonly wildcards: boolean
}

export interface MakeDirectory extends Action {
  readonly action: 'mkdir'
  readonly path: string
  readonly mode: number
  readonly parents: boolean
}

/** What `COPY <<END` copies. Not recorded. */
export interface MakeFile extends Action {
  readonly action: 'mkfile'
  readonly path: string
  readonly mode: number
  readonly data: string
}

export interface Owner {
  readonly user?: UserName
  readonly group?: UserName
}

/** A number, or a name that `/etc/passwd` of the input explains. */
export type UserName = { readonly id: number } | { readonly name: string; readonly input: number }

/** Go's path.Base. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  if (trimmed === '') return path === '' ? '.' : '/'
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}
