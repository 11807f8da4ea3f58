import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { concat } from '../digest/bytes.ts'
import { type ContextEntry, type Sending, sentPatterns } from '../dockerfile/context.ts'
import { type IgnorePattern, sends } from '../dockerfile/ignore.ts'
import type { ReadContext } from '../dockerfile/read-context.ts'
import { type FileType, type Header, startSum, tarMode } from '../dockerfile/sum.ts'
import { readGoString, sortText, writeGoString } from '../go/text.ts'

export interface DirectoryOptions extends Sending {
  readonly signal?: AbortSignal
  /** Called after each file, with the bytes that have been read so far. */
  readonly onProgress?: (bytes: number) => void
  /** `true`: with the times of the files, in nanoseconds, which BuildKit compares. */
  readonly times?: boolean
}

export interface ReadDirectory extends ReadContext {
  /** What the client tells the daemon: the Dockerfile's path in the directory, symlinks followed, or `dockerfile` when only that is there. */
  readonly dockerfile: string
}

/**
 * The context that `docker build DIR` sends: .dockerignore applied, everything root's, hard links as such (docker/cli build, moby archive.TarWithOptions). The
 * content of the Dockerfile is kept. Node cannot read extended attributes, so a file with `security.capability` gets the hash it would have without.
 * Throws `dockerignore-malformed`, the signal's reason, and Node's own errors for what cannot be read.
 */
export async function readDirectory(directory: string, options: DirectoryOptions = {}): Promise<ReadDirectory> {
  const root = await realpath(directory)
  const dockerfile = await findDockerfile(root, options.dockerfile)
  const ignore = await readText(join(root, '.dockerignore'))
  const used = options.dockerignore === false ? undefined : ignore
  const state: State = {
    root,
    options,
    dockerfile,
    patterns: sentPatterns(used, dockerfile),
    seen: new Map(),
    buffer: new Uint8Array(256 * 1024),
    entries: [],
    kept: new Map(),
    bytes: 0,
    untilPause: PAUSE_AFTER,
  }
  options.signal?.throwIfAborted()
  await addChildren(state, '')
  const { entries, kept } = state
  const sent = entries.some(({ path }) => path === '.dockerignore')
  return { context: ignore !== undefined && sent ? { entries, dockerignore: ignore } : { entries }, kept, dockerfile }
}

/** How far the walk is. */
interface State {
  readonly root: string
  readonly options: DirectoryOptions
  readonly dockerfile: string
  readonly patterns: readonly IgnorePattern[]
  /** The first name of each file that has several, by inode. */
  readonly seen: Map<bigint, string>
  readonly buffer: Uint8Array
  readonly entries: ContextEntry[]
  readonly kept: Map<string, Uint8Array>
  bytes: number
  untilPause: number
}

async function addChildren(state: State, parent: string): Promise<void> {
  const names = sortText(readdirSync(fullPath(state, parent), { encoding: 'buffer' }).map(readGoString))
  for (const name of names) {
    const path = parent === '' ? name : `${parent}/${name}`
    const stat = lstatSync(fullPath(state, path), { bigint: true })
    const verdict = sends(state.patterns, path, stat.isDirectory())
    if (verdict === 'send') await addEntry(state, path, stat)
    if (verdict !== 'prune' && stat.isDirectory()) await addChildren(state, path)
  }
}

/** Node's calls that wait are several times faster for small files; so they are made, with a pause now and then. */
async function pause(state: State, bytes: number): Promise<void> {
  state.untilPause -= bytes + PER_FILE
  if (state.untilPause > 0) return
  state.untilPause = PAUSE_AFTER
  await setImmediate()
  state.options.signal?.throwIfAborted()
}

/** Bytes: about ten milliseconds of hashing. A file costs as much as so many bytes. */
const PAUSE_AFTER = 2 ** 20
const PER_FILE = 2 ** 12

/** Names may be any bytes. */
function fullPath({ root }: State, path: string): Buffer {
  return Buffer.from(writeGoString(`${root}/${path}`))
}

async function addEntry(state: State, path: string, stat: BigIntStats): Promise<void> {
  const type = typeOf(stat)
  if (type === undefined) return // a socket: the client cannot send it and goes on
  const first = type !== 'directory' && stat.nlink > 1n ? state.seen.get(stat.ino) : undefined
  if (first === undefined && stat.nlink > 1n) state.seen.set(stat.ino, path)
  const mode = tarMode(type, permissions(stat), state.options.modes ?? 'cli24')
  const times = state.options.times ? { mtime: String(stat.mtimeNs) } : {}
  const header = { path, mode, uid: 0, gid: 0, size: 0, ...times }
  if (first !== undefined) add(state, { ...header, type: 'hardlink', link: first })
  else if (type === 'directory') add(state, { ...header, type, path: `${path}/` })
  else if (type === 'symlink') {
    const link = readGoString(readlinkSync(fullPath(state, path), { encoding: 'buffer' }))
    add(state, { ...header, type, link })
  } else if (type === 'file') await addFile(state, { ...header, type, size: Number(stat.size) })
  else add(state, { ...header, type, ...(type === 'fifo' ? {} : deviceOf(stat.rdev)) })
}

function add({ entries }: State, header: Header): void {
  entries.push({ ...header, sum: startSum(header).hex() })
}

async function addFile(state: State, header: Header): Promise<void> {
  const { buffer, options, entries, kept } = state
  const hash = startSum(header)
  const pieces: Uint8Array[] | undefined = header.path === state.dockerfile ? [] : undefined
  const file = openSync(fullPath(state, header.path), 'r')
  try {
    for (let left = header.size; left > 0; ) {
      const bytesRead = readSync(file, buffer, 0, Math.min(left, buffer.length), null)
      if (bytesRead === 0) throw new Error(`${header.path} became shorter while it was read.`)
      const piece = buffer.subarray(0, bytesRead)
      hash.update(piece)
      pieces?.push(piece.slice())
      left -= bytesRead
      state.bytes += bytesRead
      await pause(state, bytesRead)
    }
  } finally {
    closeSync(file)
  }
  if (pieces !== undefined) kept.set(header.path, concat(pieces))
  entries.push({ ...header, sum: hash.hex() })
  options.onProgress?.(state.bytes)
}

function typeOf(stat: BigIntStats): FileType | undefined {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  if (stat.isSymbolicLink()) return 'symlink'
  if (stat.isFIFO()) return 'fifo'
  if (stat.isCharacterDevice()) return 'char'
  return stat.isBlockDevice() ? 'block' : undefined
}

/** On Windows, which has none, those that the client makes up. */
function permissions({ mode }: BigIntStats): number {
  return sep === '/' ? Number(mode) : (Number(mode) & 0o755) | 0o111
}

/** Linux's major and minor numbers. */
function deviceOf(rdev: bigint): { readonly devmajor: number; readonly devminor: number } {
  return {
    devmajor: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    devminor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  }
}

/** docker/cli build.getDockerfileRelPath. */
async function findDockerfile(root: string, given: string | undefined): Promise<string> {
  for (const name of given === undefined ? ['Dockerfile', 'dockerfile'] : [given]) {
    const found = await realpath(join(root, name)).catch(ifMissing)
    if (found !== undefined) return relative(root, found).split(sep).join('/')
  }
  return given ?? 'Dockerfile'
}

async function readText(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(ifMissing)
  return bytes && readGoString(bytes)
}

function ifMissing(error: unknown): undefined {
  if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error
}
