import { cleanPath } from '../go/path.ts'
import { pathKey } from './context.ts'
import { type Directory, type Errno, follow, type Leaf, type TreeNode } from './file-tree.ts'
import type { FileType } from './sum.ts'

const LEAF: Leaf = { type: 'file' }
const ABSENT: Errno = 'no such file or directory'

/** Puts an entry of an archive into the tree (moby pkg/archive Unpack @ v20.10.24). Gives what is wrong, in the daemon's words. */
export function place(root: Directory, path: string, type: FileType, link: string): string | undefined {
  const slash = path.lastIndexOf('/')
  const above = path.slice(0, Math.max(slash, 0))
  const parent = makePlain(root, above) ?? openDirectory(root, above)
  const name = path.slice(slash + 1)
  if (type === 'hardlink') return placeLink(root, parent, path, link)
  if ('errno' in parent) return failure(parent.call ?? callOf(type, path, link), parent.errno)
  if (type === 'directory') {
    if (parent.children.get(name)?.type !== 'directory') parent.children.set(name, { type, children: new Map() })
  } else if (type !== 'symlink') parent.children.set(name, LEAF)
  else if (link === '') return failure(callOf(type, path, link), ABSENT)
  else parent.children.set(name, { type, link })
  return undefined
}

/** Times of directories are set at the end, wherever their names lead by then. Gives what is wrong with this one. */
export function timesFault(root: Directory, path: string): string | undefined {
  const found = isInPlace(root, path) ? root : stat(root, path)
  return typeof found === 'string' ? failure(`chtimes /${path}`, found) : undefined
}

/** Whether directories alone lead to a directory: asked of each of a context, where `stat` would cost more than all the rest. */
function isInPlace(root: Directory, path: string): boolean {
  let at: TreeNode | undefined = root
  for (const name of path.split('/')) at = at?.type === 'directory' ? at.children.get(name) : undefined
  return at?.type === 'directory'
}

/** A hard link takes a symlink for itself. */
function placeLink(root: Directory, parent: Directory | Trouble, path: string, link: string): string | undefined {
  if ('errno' in parent && parent.call !== undefined) return failure(parent.call, parent.errno)
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!('errno' in parent)) parent.children.delete(name)
  const from = pathKey(link)
  const target = from === '.' ? root : lstat(root, from)
  const call = `link ${cleanPath(`/${link}`)} /${path}`
  if (typeof target === 'string') return failure(call, target)
  if ('errno' in parent) return failure(call, parent.errno)
  if (target.type === 'directory') return failure(call, 'operation not permitted')
  parent.children.set(name, target)
  return undefined
}

/** Why a directory cannot be entered, and, where it could not be made, the call that said so. */
interface Trouble {
  readonly errno: string
  readonly call?: string
}

/** The call that makes an entry, as Go tells it; of a device only the reason is told. */
function callOf(type: FileType, path: string, link: string): string {
  if (type === 'symlink') return `symlink ${link} /${path}`
  if (type === 'directory') return `mkdir /${path}`
  return type === 'file' ? `open /${path}` : ''
}

function failure(call: string, reason: string): string {
  return `Error processing tar file(exit status 1): ${call === '' ? '' : `${call}: `}${reason}`
}

/** The directory at that path, made where it is missing; `undefined` where not only directories lead there. */
function makePlain(root: Directory, path: string): Directory | undefined {
  let at = root
  for (let from = 0; from < path.length; ) {
    const slash = path.indexOf('/', from)
    const to = slash < 0 ? path.length : slash
    const name = path.slice(from, to)
    const next = at.children.get(name) ?? makeIn(at, name)
    if (next.type !== 'directory') return undefined
    at = next
    from = to + 1
  }
  return at
}

function makeIn(parent: Directory, name: string): Directory {
  const made: Directory = { type: 'directory', children: new Map() }
  parent.children.set(name, made)
  return made
}

/** What is missing is made only where lstat finds nothing: a symlink that leads nowhere is something. */
function openDirectory(root: Directory, path: string): Directory | Trouble {
  const own = lstat(root, path)
  if (own === ABSENT) return makeAll(root, path)
  const found = typeof own === 'string' ? own : stat(root, path)
  if (typeof found === 'string') return { errno: found }
  return found.type === 'directory' ? found : { errno: 'not a directory' }
}

/** Go's os.MkdirAll. */
function makeAll(root: Directory, path: string): Directory | Trouble {
  const names = path.split('/')
  let at = root
  for (const [index, name] of names.entries()) {
    const prefix = names.slice(0, index + 1).join('/')
    const found = stat(root, prefix)
    if (typeof found !== 'string' && found.type === 'directory') at = found
    else if (at.children.has(name)) return { errno: 'file exists', call: `mkdir /${prefix}` }
    else at = makeIn(at, name)
  }
  return at
}

function stat(root: Directory, path: string): TreeNode | Errno {
  const found = follow(root, path)
  return typeof found === 'string' ? found : (found.node ?? ABSENT)
}

/** A symlink at the end is not followed. */
function lstat(root: Directory, path: string): TreeNode | Errno {
  const slash = path.lastIndexOf('/')
  const parent = stat(root, path.slice(0, Math.max(slash, 0)))
  if (typeof parent === 'string') return parent
  return parent.type === 'directory' ? (parent.children.get(path.slice(slash + 1)) ?? ABSENT) : 'not a directory'
}
