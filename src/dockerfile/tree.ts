import { type BuildContext, completeFiles, type FileRecord, type Files, pathKey } from './context.ts'
import { type Directory, resolvePath } from './file-tree.ts'
import { isIgnored, parseDockerignore } from './ignore.ts'
import { type ModePolicy, type Owner, startSum } from './sum.ts'
import { place, timesFault } from './unpack.ts'

/** What COPY and ADD read from, as the daemon has it on disk. */
export interface SourceTree {
  /** `mounted`: the file system of an image or stage, for `COPY --from`. */
  readonly kind: 'context' | 'mounted'
  readonly root: Directory
  /** The hash of what is at that path, which leads over no symlink; `.` is the root. `undefined` when it has none. */
  readonly sumAt: (path: string) => string | undefined
  /** The file itself, where it is at hand: BuildKit and Buildah have hashes of their own. */
  readonly fileAt?: (path: string) => FileRecord | undefined
  /** Why the daemon refuses the context before the first step. */
  readonly fault?: string
}

/**
 * Unpacks the context as the daemon does: later entries replace earlier ones, but the first hash of a name stays. Then .dockerignore and the Dockerfile go
 * if the context's own .dockerignore matches them (spec 8.6; builder/remotecontext/detect.go removeDockerfile).
 */
export function treeOf(context: BuildContext, dockerfile = 'Dockerfile'): SourceTree {
  const root: Directory = { type: 'directory', children: new Map() }
  const sums = new Map<string, string>()
  let fault: string | undefined
  for (const { path, type, link, sum } of context.entries) {
    const key = pathKey(path)
    if (!sums.has(key)) sums.set(key, sum)
    if (key !== '.') fault ??= place(root, key, type, link ?? '')
  }
  for (const { path, type } of context.entries) if (type === 'directory') fault ??= timesFault(root, pathKey(path))
  const ignore = parseDockerignore(context.dockerignore ?? '')
  if (ignore.outcome === 'patterns') {
    for (const path of ['.dockerignore', dockerfile]) if (isIgnored(ignore.patterns, path)) remove(root, path)
  } else if (ignore.text.startsWith('Error')) fault ??= ignore.text
  const tree: SourceTree = { kind: 'context', root, sumAt: (path) => sums.get(path) }
  return fault === undefined ? tree : { ...tree, fault }
}

export interface Mount {
  /** Default `cli23`: the daemon's own release counts here, and up to 23 it sets the file type bits. */
  readonly modes?: ModePolicy
  /** The names that the daemon's host has for ids. Docker's own builds leave them out; builds with Go's standard library, as Debian's, do not. */
  readonly users?: Readonly<Record<number, string>>
  readonly groups?: Readonly<Record<number, string>>
}

/**
 * The file system of an image, for `COPY --from`. Hashes are made when they are asked for, of what lstat says (builder/remotecontext/lazycontext.go).
 * Of xattrs, give `security.capability` alone. Directories that are not given are root's, with mode 0755.
 */
export function mountedTree(files: Files, mount: Mount = {}): SourceTree {
  const root: Directory = { type: 'directory', children: new Map() }
  const all = completeFiles({ './': '', ...files }, mount.modes ?? 'cli23')
  for (const [path, { header }] of all) if (path !== '.') place(root, path, header.type, header.link ?? '')
  const known = new Map<string, string>()
  const sumAt = (path: string): string | undefined => {
    const file = all.get(path)
    const sum =
      known.get(path) ?? (file && startSum(file.header, ownerOf(file.header, mount)).update(file.content).hex())
    if (sum !== undefined) known.set(path, sum)
    return sum
  }
  return { kind: 'mounted', root, sumAt, fileAt: (path) => all.get(path) }
}

export function ownerOf({ uid, gid }: { readonly uid: number; readonly gid: number }, mount: Mount): Owner {
  return { uname: mount.users?.[uid] ?? '', gname: mount.groups?.[gid] ?? '' }
}

function remove(root: Directory, path: string): void {
  const found = resolvePath(root, path)?.path ?? ''
  const slash = found.lastIndexOf('/')
  const parent = resolvePath(root, found.slice(0, Math.max(slash, 0)))?.node
  if (parent?.type === 'directory') parent.children.delete(found.slice(slash + 1))
}
