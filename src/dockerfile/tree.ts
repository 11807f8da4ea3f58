import { cleanPath } from '../go/path.ts'
import { sortText } from '../go/text.ts'
import { type BuildContext, completeFiles, type FileRecord, type Files, pathKey } from './context.ts'
import { isIgnored, parseDockerignore } from './ignore.ts'
import { type FileType, type ModePolicy, type Owner, startSum } from './sum.ts'

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

export type TreeNode = Directory | Symlink | Leaf

export interface Directory {
  readonly type: 'directory'
  readonly children: Map<string, TreeNode>
}

export interface Symlink {
  readonly type: 'symlink'
  readonly link: string
}

export interface Leaf {
  readonly type: 'file'
}

const LEAF: Leaf = { type: 'file' }

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
  for (const { path, type } of context.entries) if (type === 'directory') fault ??= lost(root, pathKey(path))
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

/** Puts an entry of an archive into the tree. Gives what is wrong, in the daemon's words. */
export function place(root: Directory, path: string, type: FileType, link: string): string | undefined {
  const slash = path.lastIndexOf('/')
  const parent = slash < 0 ? root : makeDirectory(root, path.slice(0, slash))
  if (parent === undefined) return failure(`${CALL[type] ?? 'open'} /${path}`, 'not a directory')
  const name = path.slice(slash + 1)
  if (type === 'directory') {
    if (parent.children.get(name)?.type !== 'directory') parent.children.set(name, { type, children: new Map() })
  } else if (type === 'hardlink') {
    parent.children.delete(name)
    const from = pathKey(link)
    const target = from === '.' ? root : linked(root, from)
    if (target === undefined || target.type === 'directory') {
      const reason = target === undefined ? 'no such file or directory' : 'operation not permitted'
      return failure(`link ${cleanPath(`/${link}`)} /${path}`, reason)
    }
    parent.children.set(name, target)
  } else parent.children.set(name, type === 'symlink' ? { type, link } : LEAF)
  return undefined
}

/** A directory that a later entry has replaced: its times are set at the end, and lead there over symlinks. */
function lost(root: Directory, path: string): string | undefined {
  if (isInPlace(root, path)) return undefined
  const found = resolvePath(root, path)
  if (found?.node !== undefined) return undefined
  const isCircle = found === undefined && linked(root, path)?.type === 'symlink'
  const nothing = found === undefined ? 'not a directory' : 'no such file or directory'
  return failure(`chtimes /${path}`, isCircle ? 'too many levels of symbolic links' : nothing)
}

/** Whether directories alone lead to a directory: asked of each of a context, where `resolvePath` would cost more than all the rest. */
function isInPlace(root: Directory, path: string): boolean {
  let at: TreeNode | undefined = root
  for (const name of path.split('/')) at = at?.type === 'directory' ? at.children.get(name) : undefined
  return at?.type === 'directory'
}

function failure(call: string, reason: string): string {
  return `Error processing tar file(exit status 1): ${call}: ${reason}`
}

const CALL: Readonly<Partial<Record<FileType, string>>> = { directory: 'mkdir', symlink: 'symlink', hardlink: 'link' }

/** A hard link takes a symlink for itself. */
function linked(root: Directory, path: string): TreeNode | undefined {
  const slash = path.lastIndexOf('/')
  const parent = resolvePath(root, path.slice(0, Math.max(slash, 0)))?.node
  return directory(parent)?.children.get(path.slice(slash + 1))
}

const directory = (node: TreeNode | undefined): Directory | undefined => (node?.type === 'directory' ? node : undefined)

function makeDirectory(root: Directory, path: string): Directory | undefined {
  let at = root
  for (let from = 0; from < path.length; ) {
    const slash = path.indexOf('/', from)
    const to = slash < 0 ? path.length : slash
    const name = path.slice(from, to)
    from = to + 1
    let next: TreeNode | undefined = at.children.get(name)
    if (next === undefined) {
      next = { type: 'directory', children: new Map() }
      at.children.set(name, next)
    }
    if (next.type === 'symlink') {
      const target = resolvePath(root, path)
      return target && (target.node === undefined ? makeDirectory(root, target.path) : directory(target.node))
    }
    if (next.type !== 'directory') return undefined
    at = next
  }
  return at
}

function remove(root: Directory, path: string): void {
  const found = resolvePath(root, path)?.path ?? ''
  const slash = found.lastIndexOf('/')
  const parent = resolvePath(root, found.slice(0, Math.max(slash, 0)))?.node
  directory(parent)?.children.delete(found.slice(slash + 1))
}

/** Where a path leads inside the root. */
export interface Resolved {
  /** Leads over no symlink; empty for the root. */
  readonly path: string
  /** `undefined` when nothing is there. */
  readonly node: TreeNode | undefined
}

/** Follows symlinks, the last one too, none of which leaves the root (moby/sys symlink.FollowSymlinkInScope). `undefined` where that fails. */
export function resolvePath(root: Directory, path: string): Resolved | undefined {
  const clean = cleanPath(`./${path}`)
  if (clean === '..' || clean.startsWith('../')) return undefined
  const todo = clean.split('/').reverse()
  const names: string[] = []
  const nodes: (TreeNode | undefined)[] = [root]
  for (let steps = 1; todo.length > 0; steps++) {
    if (steps > 255) return undefined
    const name = todo.pop()!
    if (name === '' || name === '.') continue
    const parent = nodes.at(-1)
    if (name === '..') {
      if (names.pop() !== undefined) nodes.pop()
    } else if (parent !== undefined && parent.type !== 'directory') return undefined
    else {
      const node = parent?.children.get(name)
      if (node?.type !== 'symlink') {
        names.push(name)
        nodes.push(node)
        continue
      }
      if (node.link.startsWith('/')) {
        names.length = 0
        nodes.length = 1
      }
      todo.push(...node.link.split('/').reverse())
    }
  }
  return { path: names.join('/'), node: nodes.at(-1) }
}

/** A node and all below it: a directory before what is in it, names in the order of their bytes. Symlinks are not followed. */
export function* walk(node: TreeNode, path: string): Generator<[path: string, node: TreeNode]> {
  const todo: [string, TreeNode][] = [[path, node]]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    yield next
    const [at, node] = next
    if (node.type !== 'directory') continue
    for (const name of sortText([...node.children.keys()]).reverse()) {
      todo.push([at === '' ? name : `${at}/${name}`, node.children.get(name)!])
    }
  }
}
