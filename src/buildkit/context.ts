import { type BuildContext, type ContextEntry, pathKey, withFirstLinks } from '../dockerfile/context.ts'
import type { Directory } from '../dockerfile/file-tree.ts'
import { isIgnored, parseDockerignore } from '../dockerfile/ignore.ts'
import { place } from '../dockerfile/unpack.ts'
import { fileDigest, type HashedTree } from './content.ts'
import { followLinks } from './follow-links.ts'

/**
 * What the daemon keeps of the context that a directory sent last. A file of equal size, time and mode is not sent again, so an edit that keeps them is not seen; nor
 * is a new mode of a directory that is known (rules 5.1). JSON-safe.
 */
export interface StoredTree {
  readonly files: Readonly<Record<string, StoredFile>>
}

export interface StoredFile {
  /** What tells whether it has changed. Absent: nothing does, it counts as changed. */
  readonly stat?: string
  readonly type: ContextEntry['type']
  readonly link?: string
  /** Of what was received; absent when nobody here knows it. */
  readonly digest?: string
}

/** Files by path, of which one may be called `__proto__`. */
export function storedFiles(
  files: readonly (readonly [path: string, file: StoredFile])[] = [],
): Record<string, StoredFile> {
  return Object.assign(Object.create(null), Object.fromEntries(files))
}

/** What that directory sent last; it may be called `constructor`. */
export function contextFrom(contexts: Readonly<Record<string, StoredTree>>, directory: string): StoredTree | undefined {
  return Object.hasOwn(contexts, directory) ? contexts[directory] : undefined
}

/** What is in a file of the context. `undefined`: not known here. */
export type ContentOf = (path: string) => Uint8Array | undefined

/** Sends those files to the daemon: what it stores, and what COPY finds. `paths` are the ones that the build reads, `undefined` for all. */
export function receiveContext(
  stored: StoredTree | undefined,
  context: BuildContext,
  dockerfile: string,
  contentOf: ContentOf,
  paths: readonly string[] | undefined,
): [next: StoredTree, tree: HashedTree] {
  const all = sentEntries(context, dockerfile)
  const entries = paths === undefined ? all : followLinks(all, paths)
  const files = storedFiles()
  const root: Directory = { type: 'directory', children: new Map() }
  const linked = context.entries.some(({ type }) => type === 'hardlink') ? context.entries : []
  const byKey = new Map(linked.map((entry) => [pathKey(entry.path), entry] as const).reverse())
  for (const { header, from } of withFirstLinks(entries, (key) => byKey.get(key))) {
    const path = pathKey(header.path)
    if (path === '.') continue
    place(root, path, header.type, header.link ?? '')
    files[path] = receive(stored?.files[path], header, from, contentOf, files)
  }
  return [{ files }, { root, digestAt: (path) => digestOfStored(files, path) }]
}

const DIRECTORY = { path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0 } as const

function digestOfStored(files: Readonly<Record<string, StoredFile>>, path: string): string | undefined {
  const file = files[path]
  return file === undefined ? fileDigest({ header: DIRECTORY, content: NOTHING }, false) : file.digest
}

const NOTHING = new Uint8Array()

function receive(
  old: StoredFile | undefined,
  entry: ContextEntry,
  from: string,
  contentOf: ContentOf,
  files: Readonly<Record<string, StoredFile>>,
): StoredFile {
  const { type, size, mtime, mode, link, devmajor, devminor } = entry
  if (type === 'directory' && old?.type === type) return old
  const stat = mtime === undefined ? {} : { stat: [size, mtime, mode & 0o7777, link, devmajor, devminor].join() }
  if (old?.type === type && old.stat !== undefined && old.stat === stat.stat) return old
  const target = type === 'hardlink' ? files[pathKey(link ?? '')]?.digest : undefined
  const content = type === 'file' ? contentOf(from) : NOTHING
  const digest = type === 'hardlink' ? target : content && fileDigest({ header: entry, content }, false)
  return { ...stat, type, ...(link !== undefined && { link }), ...(digest !== undefined && { digest }) }
}

/** The classic client sends .dockerignore and the Dockerfile always; BuildKit's does not. */
function sentEntries({ entries, dockerignore }: BuildContext, dockerfile: string): readonly ContextEntry[] {
  const ignore = parseDockerignore(dockerignore ?? '')
  if (ignore.outcome === 'error') return entries
  const unsent = ['.dockerignore', pathKey(dockerfile)].filter((path) => isIgnored(ignore.patterns, path))
  return unsent.length === 0 ? entries : entries.filter(({ path }) => !unsent.includes(pathKey(path)))
}
