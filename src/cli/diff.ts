import type { BuildContext, ContextEntry } from '../dockerfile/context.ts'
import { sameHistory } from '../image/history.ts'
import type { Image } from '../image/image.ts'
import { getImage } from '../store/read.ts'
import { resolveImage } from '../store/resolve.ts'
import type { ImageStore } from '../store/store.ts'
import { type Call, type Command, flag, HELP, JSON_OUT, operandsOf, STORE } from './command.ts'
import { isArchive, loadSource, storeDir } from './images.ts'
import { readContextValue } from './inputs.ts'
import { badInput, colored, type Io, plain, print, printJSON } from './io.ts'
import { storeFile } from './store-file.ts'

export const diffCommand: Command = {
  name: 'diff',
  operands: 'A B',
  summary: 'How two images differ: steps, layers, config; or two context values: files',
  options: { ...STORE, ...JSON_OUT, ...HELP },
  examples: [
    'layerfold diff app:1 app:2',
    'layerfold diff docker-archive:ci.tar app:latest',
    'layerfold diff before.json after.json',
  ],
  run: runDiff,
}

/** One thing that only one side has, or that differs. */
interface Difference {
  readonly what: 'step' | 'layer' | 'config' | 'file'
  /** The number of the step or layer, from 1; a config field; a path. */
  readonly name: string
  readonly was?: string | undefined
  readonly now?: string | undefined
}

async function runDiff(call: Call, io: Io): Promise<number> {
  const [a, b] = operandsOf(call, 2, 2, 'diff [OPTIONS] A B') as [string, string]
  const differences =
    a.endsWith('.json') && b.endsWith('.json') ? await diffContexts(a, b) : await diffImages(call, io, a, b)
  if (flag(call, 'json')) await printJSON(io, differences)
  else await print(io, differences.map((each) => shown(io, each)).join(''))
  return 0
}

function shown(io: Io, { what, name, was, now }: Difference): string {
  const side = (color: 'red' | 'green', sign: string, text: string | undefined): string =>
    text === undefined ? '' : `  ${colored(io, color, `${sign} ${plain(text)}`)}\n`
  return `${what} ${plain(name)}\n${side('red', '-', was)}${side('green', '+', now)}`
}

async function diffContexts(a: string, b: string): Promise<Difference[]> {
  const [was, now] = [byPath(await readContextValue(a)), byPath(await readContextValue(b))]
  const paths = [...new Set([...was.keys(), ...now.keys()])].filter((path) => was.get(path)?.sum !== now.get(path)?.sum)
  return paths.map((path) => ({
    what: 'file',
    name: path,
    was: entryText(was.get(path)),
    now: entryText(now.get(path)),
  }))
}

function byPath({ entries }: BuildContext): ReadonlyMap<string, ContextEntry> {
  return new Map(entries.map((entry) => [entry.path, entry]))
}

function entryText(entry: ContextEntry | undefined): string | undefined {
  if (entry === undefined) return undefined
  const { type, mode, uid, gid, size, link, sum } = entry
  return `${type} ${mode.toString(8)} ${uid}:${gid} ${size} bytes${link === undefined ? '' : ` to ${link}`} ${sum.slice(0, 12)}`
}

async function diffImages(call: Call, io: Io, a: string, b: string): Promise<Difference[]> {
  const store = await storeFile.load(storeDir(call, io))
  const [was, now] = [await readImage(store, a, io), await readImage(store, b, io)]
  return [...diffSteps(was, now), ...diffLayers(was, now), ...diffConfigs(was, now)]
}

async function readImage(store: ImageStore, word: string, io: Io): Promise<Image> {
  if (isArchive(word)) {
    const [next, [id]] = await loadSource(store, word, io)
    if (id === undefined) throw badInput(`${word} holds no image`)
    return getImage(next, id)
  }
  const found = resolveImage(store, word)
  if (found.outcome === 'error') throw badInput(found.text)
  return getImage(store, found.id)
}

function diffSteps({ history: was = [] }: Image, { history: now = [] }: Image): Difference[] {
  return numbered(Math.max(was.length, now.length)).flatMap((at) => {
    const [before, after] = [was[at], now[at]]
    if (before && after && sameHistory(before, after)) return []
    const [a, b] = [before?.createdBy, after?.createdBy]
    return [{ what: 'step', name: String(at + 1), was: a === b ? `${a} (another run)` : a, now: b } as const]
  })
}

function diffLayers({ rootfs: was }: Image, { rootfs: now }: Image): Difference[] {
  const [a, b] = [was?.diffIDs ?? [], now?.diffIDs ?? []]
  const differing = numbered(Math.max(a.length, b.length)).filter((at) => a[at] !== b[at])
  return differing.map((at) => ({ what: 'layer', name: String(at + 1), was: a[at], now: b[at] }))
}

function diffConfigs({ config: was = {} }: Image, { config: now = {} }: Image): Difference[] {
  const fields = [...new Set([...Object.keys(was), ...Object.keys(now)])] as (keyof typeof was)[]
  const text = (value: unknown): string | undefined => JSON.stringify(value)
  return fields.flatMap((field) => {
    const [a, b] = [text(was[field]), text(now[field])]
    return a === b ? [] : [{ what: 'config', name: field, was: a, now: b } as const]
  })
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at)
}
