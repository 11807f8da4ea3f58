import { readFileSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { BuildContext, Sending } from '../dockerfile/context.ts'
import { isBuildContext } from '../dockerfile/context-value.ts'
import { readContext } from '../dockerfile/read-context.ts'
import { readGoString, writeGoString } from '../go/text.ts'
import { readDirectory, readFileStream } from '../node/index.ts'
import { badInput, type Io, startProgress } from './io.ts'

/** What there is to build. */
export interface Inputs {
  readonly context: BuildContext
  readonly dockerfile: string
  readonly dockerfilePath: string
  /** The files of a directory, which stay where they are until an engine looks into them. Of an archive or a context value, nobody knows them. */
  readonly contentOf?: (path: string) => Uint8Array | undefined
}

type Modes = NonNullable<Sending['modes']>

/**
 * Reads what `docker build -f FILE WORD` would send: a directory, an archive, `-` for an archive or a lone Dockerfile on standard input, or a context value
 * that `layerfold context` wrote.
 */
export async function readInputs(word: string, file: string | undefined, modes: Modes, io: Io): Promise<Inputs> {
  if (file === '-') {
    if (word === '-') throw badInput('the Dockerfile and the context cannot both come from standard input')
    const found = await readWord(word, undefined, modes, io)
    return { ...found, dockerfile: readGoString(await buffer(io.stdin)), dockerfilePath: 'Dockerfile' }
  }
  const { dockerfile, ...found } = await readWord(word, file, modes, io)
  if (dockerfile !== undefined) return { ...found, dockerfile }
  return { ...found, dockerfile: readGoString(await readFile(file ?? 'Dockerfile')) }
}

interface Found extends Omit<Inputs, 'dockerfile'> {
  /** Where the context holds it. */
  readonly dockerfile: string | undefined
}

async function readWord(word: string, file: string | undefined, modes: Modes, io: Io): Promise<Found> {
  if (word === '-') return await readStdin(file, io)
  if (/^(?:https?|git):\/\/|^git@|^github\.com\//.test(word))
    throw badInput(`${word}: only files are read; fetch it first`)
  if ((await stat(word)).isDirectory()) return await readFolder(word, file, modes, io)
  if (word.endsWith('.json'))
    return { context: await readContextValue(word), dockerfile: undefined, dockerfilePath: file ?? 'Dockerfile' }
  return await readTar(readFileStream(word), word, file, io)
}

async function readFolder(word: string, file: string | undefined, modes: Modes, io: Io): Promise<Found> {
  const inside = file === undefined ? undefined : await pathInside(word, file)
  const progress = startProgress(io, word)
  try {
    const options = {
      modes,
      times: true,
      signal: io.signal,
      onProgress: progress.add,
      ...(inside !== undefined && { dockerfile: inside }),
    }
    const read = await readDirectory(word, options)
    const bytes = read.kept.get(read.dockerfile)
    if (bytes === undefined && file === undefined) throw badInput(`${word} holds no Dockerfile; name one with -f`)
    const dockerfile =
      bytes === undefined || (file !== undefined && inside === undefined) ? undefined : readGoString(bytes)
    return {
      context: read.context,
      contentOf: (path) => readFileSync(Buffer.from(writeGoString(join(word, path)))), // names may be any bytes
      dockerfile,
      dockerfilePath: inside === undefined && file !== undefined ? 'Dockerfile' : read.dockerfile,
    }
  } finally {
    progress.end()
  }
}

/** The file's path in the directory; `undefined` when it lies outside. */
export async function pathInside(directory: string, file: string): Promise<string | undefined> {
  const path = relative(await realpath(directory), await realpath(resolve(file)))
  return /^\.\.(?:$|[\\/])/.test(path) || isAbsolute(path) ? undefined : path.split(sep).join('/')
}

async function readStdin(file: string | undefined, io: Io): Promise<Found> {
  const bytes = await buffer(io.stdin)
  const isArchive = (bytes[0] === 0x1f && bytes[1] === 0x8b) || bytes.subarray(257, 262).toString('latin1') === 'ustar'
  if (isArchive) return await readTar(new Uint8Array(bytes), 'standard input', file, io)
  return { context: { entries: [] }, dockerfile: readGoString(bytes), dockerfilePath: 'Dockerfile' }
}

async function readTar(
  source: Parameters<typeof readContext>[0],
  name: string,
  file = 'Dockerfile',
  io: Io,
): Promise<Found> {
  const progress = startProgress(io, name)
  try {
    const { context, kept } = await readContext(source, { keep: [file], signal: io.signal, onProgress: progress.add })
    const bytes = kept.get(file)
    if (bytes === undefined) throw badInput(`${name} holds no ${file}`)
    return { context, dockerfile: readGoString(bytes), dockerfilePath: file }
  } finally {
    progress.end()
  }
}

/** What `layerfold context` wrote. */
export async function readContextValue(path: string): Promise<BuildContext> {
  const value = parseJSON(await readFile(path, 'utf8'))
  if (!isBuildContext(value)) throw badInput(`${path} is no context value; make one with: layerfold context DIR`)
  return value
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
