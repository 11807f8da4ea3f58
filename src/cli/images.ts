import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type ImportedImage, importArchive } from '../import/docker-archive.ts'
import { readFileStream } from '../node/index.ts'
import type { ImageStore } from '../store/store.ts'
import { findTagged } from '../store/tags.ts'
import { type Call, text } from './command.ts'
import { badInput, type Io, startProgress } from './io.ts'

/** The directory of `--store`, else of the environment, else the user's own. */
export function storeDir(call: Call, { env }: Io): string {
  const { LAYERFOLD_STORE, XDG_DATA_HOME, LOCALAPPDATA } = env
  const data = XDG_DATA_HOME || LOCALAPPDATA || join(homedir(), '.local', 'share')
  return text(call, 'store') || LAYERFOLD_STORE || join(data, 'layerfold')
}

/** Adds the images of a file of `docker save`; `-` is standard input. */
export async function loadArchive(
  store: ImageStore,
  path: string,
  io: Io,
  layers: 'verify' | 'skip',
): Promise<[next: ImageStore, images: readonly ImportedImage[]]> {
  const progress = startProgress(io, path)
  try {
    const source = path === '-' ? io.stdin : readFileStream(path)
    return await importArchive(store, source, { layers, signal: io.signal, onProgress: progress.add })
  } finally {
    progress.end()
  }
}

const ARCHIVE = 'docker-archive:'

export function isArchive(source: string): boolean {
  return source.startsWith(ARCHIVE)
}

/**
 * `docker-archive:app.tar` is every image of the file, in its order; `docker-archive:app.tar:app:1` is one of them. Its layers are not read: what is
 * asked here is what the images say.
 */
export async function loadSource(
  store: ImageStore,
  source: string,
  io: Io,
): Promise<[next: ImageStore, refs: readonly string[]]> {
  const [path, reference] = splitArchive(source.slice(ARCHIVE.length))
  const [next, images] = await loadArchive(store, path, io, 'skip')
  if (reference === undefined) return [next, images.map(({ id }) => id)]
  const id = findTagged(next, reference)
  if (id === undefined || !images.some((image) => image.id === id))
    throw badInput(`${path} holds no image ${reference}`)
  return [next, [id]]
}

function splitArchive(text: string): [path: string, reference: string | undefined] {
  const colon = text.indexOf(':', /^[A-Za-z]:[\\/]/.test(text) ? 2 : 0)
  if (colon < 0 || existsSync(text)) return [text, undefined]
  return [text.slice(0, colon), text.slice(colon + 1)]
}

/** The store with the images of `--load` and of `docker-archive:` sources, and what to name as `--cache-from`. */
export async function withSources(
  store: ImageStore,
  loads: readonly string[],
  sources: readonly string[],
  io: Io,
): Promise<[next: ImageStore, refs: readonly string[]]> {
  let next = store
  for (const path of loads) [next] = await loadArchive(next, path, io, 'skip')
  const refs: string[] = []
  for (const source of sources) {
    if (!isArchive(source)) refs.push(...source.split(',').filter((ref) => ref !== ''))
    else {
      const [loaded, found] = await loadSource(next, source, io)
      next = loaded
      refs.push(...found)
    }
  }
  return [next, refs]
}
