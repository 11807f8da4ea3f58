import { digestOf } from '../digest/digest.ts'
import { startSHA256 } from '../digest/sha256.ts'
import type { FileRecord } from '../dockerfile/context.ts'
import { type Directory, follow as followPath, type TreeNode, walk } from '../dockerfile/file-tree.ts'
import { hasWildcards, pathMatcher } from '../dockerfile/match.ts'
import { type Header, startSum } from '../dockerfile/sum.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { compareText, sortText, writeGoString } from '../go/text.ts'
import { baseName } from './operation.ts'

/** Files as BuildKit hashes them. */
export interface HashedTree {
  readonly root: Directory
  /** `sha256:…` of the record of what is at that path, which leads over no symlink. `undefined`: nobody here knows what it is. */
  readonly digestAt: (path: string) => string | undefined
}

/** Which part of an input an operation reads. */
export interface Selector {
  /** Absolute and clean. */
  readonly path: string
  readonly wildcard: boolean
  /** Whether a symlink at the end is followed. */
  readonly follow: boolean
}

/** Thrown when files are needed that are not known. */
const UNKNOWN = 'unknown'

/**
 * The content digest of an input (solver/llbsolver/result.go NewContentHashFunc, cache/contenthash; rules 5); `undefined` when it has files that nobody here knows.
 * Throws a `context` GoError where a path leads nowhere.
 */
export function contentDigest(tree: HashedTree, selectors: readonly Selector[]): string | undefined {
  const wanted = selectors.length === 0 ? [{ path: '/', wildcard: false, follow: false }] : withoutNested(selectors)
  const digests = wanted.map((selector) =>
    selector.wildcard ? matchedDigest(tree, selector) : pathDigest(tree, selector),
  )
  if (digests.includes(UNKNOWN)) return undefined
  return digestOf(writeGoString(digests.join('\0')))
}

/** The key of a selection: its paths, sorted backwards. */
export function selectorDigest(paths: readonly string[]): string {
  const sorted = sortText([...new Set(paths)]).reverse()
  return digestOf(writeGoString(sorted.join('\0')))
}

/** A source path of COPY and ADD. */
export function copySelector(path: string, wildcards: boolean): Selector {
  return { path, wildcard: wildcards && hasWildcards(path), follow: true }
}

/** The same, each once; a path below another one is dropped, and all are sorted (dedupeSelectors). */
function withoutNested(selectors: readonly Selector[]): readonly Selector[] {
  const unique = [...new Map(selectors.map((each) => [`${each.wildcard} ${each.path}`, each])).values()]
  const plain = unique.filter(({ wildcard }) => !wildcard)
  const isNested = ({ path, wildcard }: Selector): boolean =>
    !wildcard && plain.some((other) => other.path !== path && path.startsWith(`${other.path}/`))
  return unique.filter((each) => !isNested(each)).sort((a, b) => compareText(a.path, b.path))
}

function pathDigest(tree: HashedTree, { path, follow }: Selector): string {
  let at = path
  for (let links = 0; links <= 255; links++) {
    const resolved = followPath(tree.root, at.slice(1, Math.max(1, at.lastIndexOf('/'))))
    if (resolved === 'too many levels of symbolic links')
      throw new GoError('context', 'failed to compute cache key: too many links')
    const { path: above, node: parent } = typeof resolved === 'string' ? NOWHERE : resolved
    const name = at.slice(at.lastIndexOf('/') + 1)
    const node = name === '' ? tree.root : parent?.type === 'directory' ? parent.children.get(name) : undefined
    if (node === undefined)
      throw new GoError('context', `failed to compute cache key: ${JSON.stringify(path)} not found: not found`)
    const found = name === '' ? '' : joined(above, name)
    if (node.type !== 'symlink' || !follow) return nodeDigest(tree, node, found)
    at = cleanPath(node.link.startsWith('/') ? node.link : `/${above}/${node.link}`)
  }
  throw new GoError('context', `failed to compute cache key: too many symlinks: ${at}`)
}

const NOWHERE = { path: '', node: undefined }

const joined = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`)

function matchedDigest(tree: HashedTree, { path }: Selector): string {
  const matches: { readonly path: string; readonly digest: string }[] = []
  const fits = pathMatcher(path)
  let inside: string | undefined
  for (const [at, node] of walk(tree.root, '')) {
    if (at === '' || (inside !== undefined && at.startsWith(inside)) || !fits(`/${at}`)) continue
    if (node.type === 'directory') inside = `${at}/`
    const plain = { path: `/${at}`, wildcard: false, follow: true }
    matches.push({ path: at, digest: node.type === 'symlink' ? pathDigest(tree, plain) : nodeDigest(tree, node, at) })
  }
  if (matches.some(({ digest }) => digest === UNKNOWN)) return UNKNOWN
  const [only, second] = matches
  if (only === undefined) return NOTHING
  if (second === undefined && baseName(only.path) === baseName(path)) return only.digest
  return digestOf(writeGoString(matches.map((match) => baseName(match.path) + match.digest).join('\0')))
}

/** The digest of no bytes: of a pattern without match, and of the header of the root. */
const NOTHING = digestOf(new Uint8Array())

function nodeDigest(tree: HashedTree, node: TreeNode, path: string): string {
  const own = path === '' ? NOTHING : tree.digestAt(path)
  if (own === undefined) return UNKNOWN
  if (node.type !== 'directory') return own
  const hash = startSHA256().update(writeGoString(`\0${own}`))
  for (const name of sortText([...node.children.keys()])) {
    const digest = nodeDigest(tree, node.children.get(name)!, joined(path, name))
    if (digest === UNKNOWN) return UNKNOWN
    hash.update(writeGoString(`\0${name}${digest}`))
  }
  return `sha256:${hash.hex()}`
}

/** The record of one file (cache/contenthash/filehash.go). Up to 0.10 every owner counts as root. */
export function fileDigest({ header, content }: FileRecord, owners: boolean): string {
  const { uid, gid } = owners ? header : { uid: 0, gid: 0 }
  const mode = header.type === 'symlink' ? 0o777 : header.mode & 0o7777
  const named: Header = { ...header, path: '', mode, uid, gid }
  const { xattrs } = header
  const counted = xattrs && Object.entries(xattrs).filter(([name]) => counts(name))
  return `sha256:${startSum(counted ? { ...named, xattrs: Object.fromEntries(counted) } : named)
    .update(content)
    .hex()}`
}

const counts = (xattr: string): boolean =>
  xattr === 'security.capability' || !(xattr.startsWith('security.') || xattr.startsWith('system.'))

/** The files of an image, or of a step that ran. */
export function hashedTree(tree: SourceTree, owners: boolean): HashedTree {
  const { root, fileAt } = tree
  const known = new Map<string, string>()
  const digestAt = (path: string): string | undefined => {
    const found = known.get(path)
    if (found !== undefined) return found
    const file = followHardLinks(fileAt, path)
    if (file === undefined) return undefined
    const digest = fileDigest(file, owners)
    known.set(path, digest)
    return digest
  }
  return { root, digestAt }
}

function followHardLinks(fileAt: SourceTree['fileAt'], path: string): FileRecord | undefined {
  const file = fileAt?.(path)
  if (file?.header.type !== 'hardlink') return file
  const target = cleanPath(`/${file.header.link ?? ''}`).slice(1)
  return target === path ? undefined : followHardLinks(fileAt, target)
}
