import { sha256Hex } from '../digest/sha256.ts'
import { sortText, writeGoString } from '../go/text.ts'
import { type Directory, resolvePath, type TreeNode, walk } from './file-tree.ts'
import { hasWildcards, pathMatcher } from './match.ts'
import { startSum, tarMode } from './sum.ts'
import { type Mount, ownerOf, type SourceTree } from './tree.ts'

/** The words of a COPY or ADD, expanded. */
export interface SourceStep {
  readonly instruction: 'COPY' | 'ADD'
  readonly sources: readonly string[]
  readonly destination: string
}

/** How a Docker generation hashes. */
export interface SourceRules {
  /** What a symlink inside a copied directory counts as: the file it leads to, or (1.13) itself. */
  readonly linksInDirectories: 'followed' | 'own'
  /** The hashes of what `ADD <url>` downloads, by url, see `hashDownload`. */
  readonly downloads?: Readonly<Record<string, string>>
}

export type SourceHash =
  /** `hash` as in the step's comment: `file:…`, `dir:…`, `multi:…`. `paths` are what it was made of, in the order of the walk. */
  | { readonly outcome: 'hash'; readonly hash: string; readonly paths: readonly string[] }
  /** The bytes behind that url are needed. */
  | { readonly outcome: 'unknown'; readonly url: string }
  | { readonly outcome: 'error'; readonly text: string }

/** Why the step fails whatever its files are, where its first source says so: for a tree that nobody knows. The later ones come too late to be sure. */
export function faultOfSources({ instruction, sources }: SourceStep): string | undefined {
  const [source = ''] = sources
  if (isURL(source)) return instruction === 'COPY' ? `COPY failed: ${NO_URL}` : undefined
  const path = stripped(source)
  const isOutside = !hasWildcards(path) && resolvePath(NOTHING, path) === undefined
  return isOutside ? `${instruction} failed: ${outside(path)}` : undefined
}

const NOTHING: Directory = { type: 'directory', children: new Map() }
const NO_URL = "source can't be a URL for COPY"

const isURL = (source: string): boolean => /^https?:\/\//.test(source)
const outside = (path: string): string => `forbidden path outside the build context: ${path} ()`

type Refusal = Exclude<SourceHash, { readonly outcome: 'hash' }>
type Found = Exclude<SourceHash, Refusal>

/** The hash of what a step copies (builder/dockerfile/copy.go @ v20.10.24, spec 8.6), and which paths it depends on. */
export function hashSources(tree: SourceTree, step: SourceStep, rules: SourceRules): SourceHash {
  const infos: Found[] = []
  for (const source of step.sources) {
    for (const found of isURL(source) ? [download(step, source, rules)] : find(tree, source, rules)) {
      if (found.outcome === 'unknown') return found
      if (found.outcome === 'error') return error(`${step.instruction} failed: ${found.text}`)
      infos.push(found)
    }
  }
  if (infos.length === 0) return error(`${step.instruction} failed: no source files were specified`)
  if (infos.length === 1) return infos[0]!
  if (!step.destination.endsWith('/')) {
    return error(
      `When using ${step.instruction} with more than one source file, the destination must be a directory and end with a /`,
    )
  }
  const hashes = infos.map(({ hash }) => hash)
  return { outcome: 'hash', hash: `multi:${hashList(hashes)}`, paths: infos.flatMap(({ paths }) => paths) }
}

const error = (text: string): Refusal => ({ outcome: 'error', text })

function download({ instruction }: SourceStep, url: string, { downloads }: SourceRules): Found | Refusal {
  if (instruction === 'COPY') return error(NO_URL)
  const hash = downloads?.[url]
  return hash === undefined ? { outcome: 'unknown', url } : { outcome: 'hash', hash, paths: [] }
}

function* find(tree: SourceTree, source: string, rules: SourceRules): Generator<Found | Refusal> {
  const path = stripped(source)
  if (!hasWildcards(path)) return yield findOne(tree, path, rules)
  const matches = pathMatcher(path)
  for (const [at] of walk(tree.root, '')) if (at !== '' && matches(at)) yield findOne(tree, at, rules)
}

const stripped = (path: string): string => path.replace(/^\//, '').replace(/^\.\//, '')

function findOne(tree: SourceTree, path: string, rules: SourceRules): Found | Refusal {
  const at = resolvePath(tree.root, path)
  if (at === undefined) return error(outside(path))
  if (at.node === undefined) {
    const text = `stat ${path}: file does not exist`
    return error(
      tree.kind === 'context' ? `file not found in build context or excluded by .dockerignore: ${text}` : text,
    )
  }
  if (at.node.type === 'directory') return hashDirectory(tree, at.path, at.node, rules)
  const hash = tree.sumAt(at.path) ?? path
  return { outcome: 'hash', hash: `file:${hash}`, paths: [at.path] }
}

function hashDirectory(tree: SourceTree, path: string, node: TreeNode, rules: SourceRules): Found {
  const sums: string[] = []
  const paths: string[] = []
  for (const [at, child] of walk(node, path)) {
    const hashed = at === '' ? undefined : child.type === 'symlink' ? followed(tree, at, rules) : at
    if (hashed === undefined) continue
    const standIn = tree.kind === 'context' ? at : hashed
    sums.push(tree.sumAt(hashed) ?? standIn)
    paths.push(hashed)
  }
  return { outcome: 'hash', hash: `dir:${hashList(sortText(sums))}`, paths }
}

/** A circle of symlinks does not count. */
function followed(tree: SourceTree, path: string, { linksInDirectories }: SourceRules): string | undefined {
  if (linksInDirectories === 'own') return path
  const target = resolvePath(tree.root, path)?.path
  return target === '' ? '.' : target
}

function hashList(sums: readonly string[]): string {
  return sha256Hex(writeGoString(sums.join(',')))
}

export interface Download extends Mount {
  /** The last part of the url's path, or what the server calls it; else `__unnamed__`. */
  readonly name: string
  readonly content: Uint8Array
  /** `archive`: Docker 1.13, which hashes a tar of the file. Default `file`. */
  readonly as?: 'file' | 'archive'
}

/** What stands in the step's comment for `ADD <url>`, without `file:` (spec 8.6): the daemon keeps the bytes as root's file with mode 0600. */
export function hashDownload({ name, content, as = 'file', ...mount }: Download): string {
  const mode = tarMode('file', 0o600, mount.modes ?? 'cli23')
  const header = { path: name, type: 'file', mode, uid: 0, gid: 0, size: content.length } as const
  const sum = startSum(header, ownerOf(header, mount)).update(content).hex()
  return as === 'file' ? sum : `tarsum.v1+sha256:${sha256Hex(writeGoString(sum))}`
}
