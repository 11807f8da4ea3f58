import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sha256Hex } from '../../src/digest/sha256.ts'
import { type BuildContext, contextOf, type FileSpec, type Files, pathKey } from '../../src/dockerfile/context.ts'
import { mountedTree, type SourceTree } from '../../src/dockerfile/tree.ts'
import type { ImageID } from '../../src/image/image.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImages } from '../../src/store/write.ts'
import { fromBase64 } from './vector.ts'

/** What recordings of BuildKit and of Buildah have in common (their FORMAT.md). */
export interface RecordedFile {
  readonly path: string
  readonly type: 'file' | 'dir' | 'symlink' | 'hardlink'
  readonly mode: string
  readonly uid: number
  readonly gid: number
  readonly mtime: number
  readonly content?: string
  readonly link?: string
}

export interface RecordedBuild {
  readonly op: 'build'
  readonly dir: string
  readonly dockerfile_path: string
  readonly dockerfile: string
  readonly context: readonly RecordedFile[]
  readonly args: readonly string[]
  readonly tag: string
  readonly ok: boolean
  readonly error?: string
}

interface RecordedBase {
  readonly config: string
  readonly files: Readonly<Record<string, { readonly content?: string; readonly link?: string } & object>>
}

const BASES: Readonly<Record<string, RecordedBase>> = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, 'bases.json.gz'))).toString('utf8'),
)

/** The images that every scenario begins with, and their files. */
export function baseImages(bases: Readonly<Record<string, string>>): ImageStore {
  const known = Object.entries(BASES).filter(([tag]) => tag in bases)
  let [store] = createImages(
    emptyStore(),
    known.map(([, { config }]) => fromBase64(config)),
  )
  for (const [tag, id] of Object.entries(bases)) store = tagImage(store, tag, `sha256:${id}` as ImageID)
  return store
}

/** Their configs by id. */
export function baseConfigs(): Readonly<Record<string, string>> {
  const configs = Object.values(BASES).map(({ config }) => fromBase64(config))
  return Object.fromEntries(configs.map((raw) => [sha256Hex(raw), new TextDecoder().decode(raw)]))
}

export function baseFiles(bases: Readonly<Record<string, string>>): Map<ImageID, SourceTree> {
  return new Map(
    Object.entries(bases).flatMap(([tag, id]) => {
      const base = BASES[tag]
      return base === undefined ? [] : [[`sha256:${id}` as ImageID, treeOfBase(base)] as const]
    }),
  )
}

function treeOfBase({ files }: RecordedBase): SourceTree {
  const specs = Object.entries(files).map(([path, { content, ...file }]) => [
    path,
    { ...file, ...(content !== undefined && { content: fromBase64(content) }) },
  ])
  return mountedTree(Object.fromEntries(specs) as Files)
}

export interface SentContext {
  readonly context: BuildContext
  readonly contentOf: (path: string) => Uint8Array | undefined
}

export function sentContext({ context, dockerfile_path }: RecordedBuild, owners: boolean): SentContext {
  const specs = context.map(({ path, type, mode, uid, gid, mtime, content, link }): [string, FileSpec] => [
    path,
    {
      type: type === 'dir' ? 'directory' : type,
      mode: Number.parseInt(mode, 8),
      mtime,
      ...(owners && { uid, gid }),
      ...(content !== undefined && { content }),
      ...(link !== undefined && { link }),
    },
  ])
  const contents = new Map(context.map(({ path, content = '' }) => [pathKey(path), new TextEncoder().encode(content)]))
  return {
    context: contextOf(Object.fromEntries(specs), { dockerfile: dockerfile_path }),
    contentOf: (path) => contents.get(path),
  }
}

/** Options by name, each with its values; switches have an empty one. */
export function optionsOf(
  args: readonly string[],
  switches: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, readonly string[]>()
  for (let at = 0; at < args.length; at++) {
    const [name, ...given] = args[at]!.split('=')
    const value = given.length > 0 ? given.join('=') : switches.includes(name!) ? '' : args[++at]!
    options.set(name!, [...(options.get(name!) ?? []), value])
  }
  return options
}

export function pairs(values: readonly string[] = []): Readonly<Record<string, string>> {
  const given = values.filter((value) => value.includes('='))
  return Object.fromEntries(given.map((value) => [value.split('=', 1)[0]!, value.slice(value.indexOf('=') + 1)]))
}
