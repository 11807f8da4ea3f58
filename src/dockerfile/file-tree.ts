import { cleanPath } from '../go/path.ts'
import { sortText } from '../go/text.ts'

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
  const found = follow(root, clean)
  return typeof found === 'string' ? undefined : found
}

/** Why a path leads nowhere, in the kernel's words. */
export type Errno = 'no such file or directory' | 'not a directory' | 'too many levels of symbolic links'

/** The same of a path that is clean, with the reason where it fails. */
export function follow(root: Directory, path: string): Resolved | Errno {
  const todo = path.split('/').reverse()
  const names: string[] = []
  const nodes: (TreeNode | undefined)[] = [root]
  for (let steps = 1; todo.length > 0; steps++) {
    if (steps > 255) return 'too many levels of symbolic links'
    const name = todo.pop()!
    if (name === '' || name === '.') continue
    const parent = nodes.at(-1)
    if (name === '..') {
      if (names.pop() !== undefined) nodes.pop()
    } else if (parent !== undefined && parent.type !== 'directory') return 'not a directory'
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
      for (const part of node.link.split('/').reverse()) todo.push(part)
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
