import { sha256Hex, startSHA256 } from '../digest/sha256.ts'
import type { FileRecord } from '../dockerfile/context.ts'
import { type Directory, resolvePath, type TreeNode, walk } from '../dockerfile/file-tree.ts'
import { hasWildcards, pathMatcher } from '../dockerfile/match.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { readGoString, writeGoString } from '../go/text.ts'
import { padding, type TarHeader, TRAILER, tarHeader } from './tar.ts'

/** Files that COPY reads. */
export interface SourceFiles {
  readonly root: Directory
  /** What is at that path, which leads over no symlink. `undefined`: not known. */
  readonly fileAt: (path: string) => FileRecord | undefined
  /** The context: everything is root's, and no file is setuid or setgid. */
  readonly isContext: boolean
}

/** Who runs the build: its own files bear these names. */
export interface Builder {
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly group: string
}

export interface Copied {
  readonly instruction: 'COPY' | 'ADD'
  readonly sources: readonly string[]
  readonly destination: string
  /** Whether the destination, as the base image has it, is a directory. */
  readonly isDirectory: boolean
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /** Permission bits of `--chmod`. */
  readonly mode: number | undefined
}

/**
 * What stands for the files in `created_by`: `file:…`, `dir:…` or `multi:…` (add.go and digester.go @ v1.28.2, rules 4); `undefined` when some are not known. Throws a
 * `context` GoError where there are none.
 */
export function contentSummary(files: SourceFiles, copied: Copied, builder: Builder): string | undefined {
  const items = copied.sources.flatMap((source) => findItems(files, copied.instruction, source))
  const [only, second] = items
  const renamed =
    second === undefined && only?.node.type !== 'directory' && !copied.isDirectory && !/\/\.?$/.test(copied.destination)
  const name = renamed ? baseName(copied.destination) : undefined
  const names = namesOf(files, builder)
  const digests = items.map((item) => itemDigest(files, item, name, { copied, names }))
  if (digests.includes(undefined)) return undefined
  return digests.length === 1 ? digests[0] : `multi:${sha256Hex(writeGoString(digests.join(',')))}`
}

interface Item {
  /** As it was found. */
  readonly name: string
  /** Where that leads. */
  readonly path: string
  readonly node: TreeNode
}

function findItems({ root }: SourceFiles, instruction: string, source: string): readonly Item[] {
  const path = cleanPath(`/${source}`).slice(1)
  const matches = pathMatcher(path)
  const names = hasWildcards(path)
    ? [...walk(root, '')].flatMap(([at]) => (at !== '' && matches(at) ? [at] : []))
    : [path]
  const items = names.flatMap((name): Item[] => {
    const found = resolvePath(root, name)
    return found?.node === undefined ? [] : [{ name, path: found.path, node: found.node }]
  })
  if (items.length > 0) return items
  const why = `checking on sources under context: no items matching glob "${path}" copied (0 filtered out)`
  throw new GoError('context', `${instruction}: ${why}: no such file or directory`)
}

const baseName = (path: string): string => path.slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1)

interface Hashing {
  readonly copied: Copied
  readonly names: Names
}

function itemDigest(files: SourceFiles, item: Item, renamed: string | undefined, how: Hashing): string | undefined {
  const hash = startSHA256()
  const add = (path: string, name: string, links: ReadonlyMap<string, string>): boolean => {
    const file = files.fileAt(path)
    if (file === undefined) return false
    const { header, content } = headerOf(files, file, name, links, how)
    hash.update(tarHeader(header)).update(content).update(padding(content.length))
    return true
  }
  const { path, node } = item
  if (node.type !== 'directory') {
    if (!add(path, renamed ?? baseName(item.name), new Map())) return undefined
    return `file:${hash.update(TRAILER).hex()}`
  }
  const links = new Map<string, string>()
  for (const [at] of walk(node, path)) {
    if (at === path) continue
    const name = path === '' ? at : at.slice(path.length + 1)
    if (!add(at, name, links)) return undefined
    links.set(at, name)
  }
  return `dir:${hash.update(TRAILER).hex()}`
}

/** A hard link whose other name is in the archive already is a link, else a file. */
function headerOf(
  { isContext, fileAt }: SourceFiles,
  file: FileRecord,
  name: string,
  links: ReadonlyMap<string, string>,
  { copied, names }: Hashing,
): { readonly header: TarHeader; readonly content: Uint8Array } {
  const target = file.header.type === 'hardlink' ? cleanPath(`/${file.header.link ?? ''}`).slice(1) : undefined
  const linked = target === undefined ? undefined : links.get(target)
  const real = target !== undefined && linked === undefined ? (fileAt(target) ?? file) : file
  const { type, mode, uid, gid, link, devmajor = 0, devminor = 0, xattrs = {} } = real.header
  const content = real.header.type === 'file' ? real.content : NOTHING
  const owner = copied.owner ?? (isContext ? { uid: 0, gid: 0 } : { uid, gid })
  const kept = mode & (isContext ? 0o1777 : 0o7777)
  const header: TarHeader = {
    name, // with no slash after a directory's, unlike in other archives
    type,
    mode: copied.mode ?? (type === 'symlink' ? 0o777 : kept),
    ...owner,
    uname: names.user(uid),
    gname: names.group(gid),
    link: linked ?? (type === 'symlink' ? (link ?? '') : ''),
    size: content.length,
    devmajor,
    devminor,
    xattrs,
  }
  return { header, content }
}

const NOTHING = new Uint8Array()

interface Names {
  readonly user: (uid: number) => string
  readonly group: (gid: number) => string
}

/** Names as they are looked up inside the copied tree: the builder's own, and what its `/etc/passwd` and `/etc/group` say. */
function namesOf({ fileAt }: SourceFiles, builder: Builder): Names {
  const users = idsIn(fileAt('etc/passwd'))
  const groups = idsIn(fileAt('etc/group'))
  return {
    user: (uid) => (uid === builder.uid ? builder.user : (users.get(uid) ?? '')),
    group: (gid) => (gid === builder.gid ? builder.group : (groups.get(gid) ?? '')),
  }
}

function idsIn(file: FileRecord | undefined): ReadonlyMap<number, string> {
  const lines = file?.header.type === 'file' ? readGoString(file.content).split('\n') : []
  return new Map(
    lines.flatMap((line) => {
      const [name, , id] = line.split(':')
      return name && id && /^\d+$/.test(id) ? [[Number(id), name] as const] : []
    }),
  )
}
