import { LayerfoldError } from '../errors.ts'
import { cleanPath } from '../go/path.ts'
import { readGoString, sortText, writeGoString } from '../go/text.ts'
import { clientPatterns, type IgnorePattern, sends } from './ignore.ts'
import { type FileType, type Header, type ModePolicy, startSum, tarMode } from './sum.ts'

/** What a client sends to be built, as a value. JSON-safe: it may be made once, and posted. */
export interface BuildContext {
  /** In the order of the archive. */
  readonly entries: readonly ContextEntry[]
  /** The text of the .dockerignore inside: the daemon looks into it too, see `treeOf`. */
  readonly dockerignore?: string
}

/** One file of the archive: the header as sent, and its hash. */
export interface ContextEntry extends Header {
  /** Hex SHA-256 of header and content, as the daemon takes it (spec 8.6). A hard link's does not depend on the content. */
  readonly sum: string
  /** When the file was last changed, in any notation: BuildKit takes a file of equal size and time for unchanged. */
  readonly mtime?: string | number
}

/** A file, by its content or by all that counts. */
export type FileSpec =
  | string
  | Uint8Array
  | {
      /** Not given: `symlink` with a `link`, `directory` for a name with a `/` at the end, else `file`. */
      readonly type?: FileType
      readonly content?: string | Uint8Array
      /** Permission bits. Default 0644, 0755 for a directory, 0777 for a symlink. */
      readonly mode?: number
      readonly uid?: number
      readonly gid?: number
      readonly link?: string
      readonly devmajor?: number
      readonly devminor?: number
      readonly xattrs?: Readonly<Record<string, string>>
      readonly mtime?: string | number
    }

/** Files by their path; `dir/` is a directory. */
export type Files = Readonly<Record<string, FileSpec>>

export interface Sending {
  /** Default `cli24`. */
  readonly modes?: ModePolicy
  /** `false`: what .dockerignore excludes is sent too, as when an archive is posted. Default `true`, as `docker build DIR` does. */
  readonly dockerignore?: boolean
  /** Sent whatever .dockerignore says. Default `Dockerfile`. */
  readonly dockerfile?: string
}

/**
 * The context that the docker client would make of these files: in the order of its walk, parent directories that are not given made with mode 0755.
 * Throws `dockerignore-malformed`.
 */
export function contextOf(files: Files, how: Sending = {}): BuildContext {
  const { modes = 'cli24', dockerfile = 'Dockerfile' } = how
  const all = completeFiles(files, modes)
  all.delete('.') // never sent
  const ignore = all.get('.dockerignore')
  const dockerignore = ignore && readGoString(ignore.content)
  const used = how.dockerignore === false ? undefined : dockerignore
  const paths = sentPaths(inWalkOrder([...all.keys()]), all, sentPatterns(used, dockerfile))
  const headers = paths.map((path) => all.get(path)!.header)
  const entries = withFirstLinks(headers, (path) => all.get(path)?.header).map(({ header, from }) =>
    entryOf({ header, content: all.get(from)!.content }),
  )
  return dockerignore === undefined ? { entries } : { entries, dockerignore }
}

/** A header as it is sent, and the path of the file whose content comes with it. */
export interface SentFile<T extends Header> {
  readonly header: T
  readonly from: string
}

/**
 * Clients go by inodes: of the paths that are sent, the first of one file is that file, and the others are links to it. So a hard link whose target stays behind becomes the
 * file (docker's pkg/archive, fsutil's walk). `find` gives what is at a path, sent or not.
 */
export function withFirstLinks<T extends Header>(
  sent: readonly T[],
  find: (key: string) => T | undefined,
): readonly SentFile<T>[] {
  const keys = new Set(sent.map(({ path }) => pathKey(path)))
  const first = new Map<string, string>()
  return sent.map((header) => {
    const from = pathKey(header.path)
    const target = header.type === 'hardlink' ? pathKey(header.link ?? '') : undefined
    if (target === undefined || keys.has(target)) return { header, from }
    const known = first.get(target)
    if (known !== undefined) return { header: { ...header, link: known }, from }
    const file = find(target)
    if (file === undefined) return { header, from }
    first.set(target, from)
    return { header: { ...file, path: header.path }, from: target }
  })
}

/** The client's exclusions. Throws `dockerignore-malformed`. */
export function sentPatterns(dockerignore: string | undefined, dockerfile: string): readonly IgnorePattern[] {
  const parsed = clientPatterns(dockerignore ?? '', dockerfile)
  if (parsed.outcome === 'error') throw new LayerfoldError('dockerignore-malformed', { text: parsed.text })
  return parsed.patterns
}

/** The cleaned path inside the root, without `/` at either end; `.` is the root itself (spec 8.6: the lookup key). */
export function pathKey(path: string): string {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path
  return UNCLEAN.test(bare) ? cleanPath(`/${path}`).slice(1) || '.' : bare
}

/** A part is empty, `.` or `..`. */
const UNCLEAN = /(?:^|\/)\.{0,2}(?:\/|$)/

/** A file with nothing left open. `path` is the tar name. */
export interface FileRecord {
  readonly header: Header
  readonly content: Uint8Array
}

/** The files by key, each with its whole header; parents that are missing are put in. */
export function completeFiles(files: Files, modes: ModePolicy): Map<string, FileRecord> {
  const all = new Map<string, FileRecord>()
  for (const [path, spec] of Object.entries(files)) all.set(pathKey(path), fileRecord(path, spec, modes))
  for (const path of [...all.keys()]) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      if (all.has(parent)) break
      all.set(parent, fileRecord(`${parent}/`, '', modes))
    }
  }
  return all
}

function fileRecord(path: string, spec: FileSpec, modes: ModePolicy): FileRecord {
  const { content: given = '', ...fields } = typeof spec === 'string' || isBytes(spec) ? { content: spec } : spec
  const { link } = fields
  const type = fields.type ?? (link !== undefined ? 'symlink' : path.endsWith('/') ? 'directory' : 'file')
  const content = type === 'file' ? (typeof given === 'string' ? writeGoString(given) : given) : NOTHING
  const name = pathKey(path) + (type === 'directory' ? '/' : '')
  const mode = tarMode(type, fields.mode ?? DEFAULT_MODE[type] ?? 0o644, modes)
  return { header: { uid: 0, gid: 0, ...fields, path: name, type, mode, size: content.length }, content }
}

const isBytes = (spec: FileSpec): spec is Uint8Array => ArrayBuffer.isView(spec)
const NOTHING = /* @__PURE__ */ new Uint8Array()
const DEFAULT_MODE: Readonly<Partial<Record<FileType, number>>> = { directory: 0o755, symlink: 0o777 }

/** As Go's filepath.Walk: a directory before what is in it, names in the order of their bytes. */
function inWalkOrder(paths: readonly string[]): string[] {
  const byKey = new Map(paths.map((path) => [path.replaceAll('/', '\0'), path]))
  return sortText([...byKey.keys()]).map((key) => byKey.get(key)!)
}

function sentPaths(
  paths: readonly string[],
  files: ReadonlyMap<string, FileRecord>,
  patterns: readonly IgnorePattern[],
): string[] {
  let pruned: string | undefined
  return paths.filter((path) => {
    if (pruned !== undefined && path.startsWith(pruned)) return false
    const verdict = sends(patterns, path, files.get(path)!.header.type === 'directory')
    if (verdict === 'prune') pruned = `${path}/`
    return verdict === 'send'
  })
}

function entryOf({ header, content }: FileRecord): ContextEntry {
  return { ...header, sum: startSum(header).update(content).hex() }
}
