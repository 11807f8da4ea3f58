/** `npm run bench -- [SUITE…] [--json FILE] [--small]`: tables of what things cost as they grow, each beside its floor. Microseconds a call unless said. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { predictBuildkit } from './buildkit.ts'
import { commitsInChromium } from './commits-chromium.ts'
import { edgeCost, edgeSize } from './edge.ts'
import { edgeLoad } from './edge-load.ts'
import { edgeStart } from './edge-start.ts'
import { memory, memoryOfChain, memoryOfOldStates } from './memory.ts'
import { mobyBesideUs } from './moby.ts'
import { keystrokes } from './page.ts'
import { contextHashing, predictWarm } from './predict.ts'
import { probeScratch, probeSiblings, probeSources } from './probe.ts'
import { replayedProbes } from './replay.ts'
import { printRows, type Row } from './report.ts'
import { bundleSize, coldImport } from './size.ts'
import { commits, loads } from './snapshot.ts'
import { changes, trieBesideMap, writes } from './store.ts'

type Suite = (small: boolean) => Row[] | Promise<Row[]>

const upTo = (sizes: readonly number[], small: boolean): number[] => sizes.filter((size) => !small || size <= 1000)

const SUITES: Readonly<Record<string, Suite>> = {
  siblings: (small) => probeSiblings(upTo([1, 10, 100, 1000, 10_000, 100_000], small)),
  scratch: (small) => probeScratch(upTo([1, 1000, 100_000, 1_000_000], small)),
  sources: (small) => probeSources(upTo([1, 100, 10_000], small)),
  writes: (small) => writes(upTo([1000, 100_000, 1_000_000], small)),
  trie: (small) => trieBesideMap(upTo([1000, 100_000, 1_000_000], small)),
  changes: (small) => changes(upTo([1000, 100_000, 1_000_000], small)),
  commits: (small) => commits(upTo([1000, 10_000, 100_000], small)),
  'commits-chromium': (small) => commitsInChromium(upTo([1000, 10_000, 100_000], small)),
  loads: (small) => loads(upTo([1000, 10_000, 100_000, 200_000], small)),
  memory: (small) => memory(upTo([1000, 100_000, 1_000_000], small)),
  chain: () => memoryOfChain(1000),
  'old-states': (small) => memoryOfOldStates(small ? 1000 : 100_000),
  predict: (small) => predictWarm(upTo([100, 10_000], small)),
  buildkit: (small) => predictBuildkit(upTo([1000, 100_000], small)),
  context: (small) => contextHashing(small ? 1000 : 10_000),
  size: () => bundleSize(),
  import: () => coldImport(),
  edge: () => edgeCost(),
  'edge-size': () => edgeSize(),
  'edge-start': () => edgeStart(),
  'edge-load': () => edgeLoad(),
  replay: () => replayedProbes(),
  page: (small) => keystrokes(small ? 1000 : 10_000),
  moby: (small) => mobyBesideUs(upTo([10, 1000], small)),
}

const args = process.argv.slice(2)
const small = args.includes('--small')
const jsonAt = args.indexOf('--json')
const names = args.filter((arg, index) => !arg.startsWith('--') && (jsonAt < 0 || index !== jsonAt + 1))
const only = process.env['LAYERFOLD_BENCH_CHILD']

if (only !== undefined) {
  writeFileSync(only, JSON.stringify(await SUITES[names[0]!]!(small)))
} else {
  const all: Row[] = []
  for (const name of names.length > 0 ? names.flatMap(suitesOf) : Object.keys(SUITES)) {
    const rows = inOwnProcess(name)
    printRows(rows)
    all.push(...rows)
  }
  if (jsonAt >= 0) writeFileSync(args[jsonAt + 1]!, JSON.stringify({ node: process.version, rows: all }, null, 1))
}

/** `edge` is all suites that begin so. */
function suitesOf(name: string): string[] {
  const found = Object.keys(SUITES).filter((suite) => suite === name || suite.startsWith(`${name}-`))
  if (found.length === 0) throw new Error(`no suite ${name}; there are ${Object.keys(SUITES).join(', ')}`)
  return found
}

/** Each suite has a heap of its own, and runs what a release is: one bundle, not sources through a loader. */
function inOwnProcess(name: string): Row[] {
  const file = join(tmpdir(), `layerfold-bench-${process.pid}.json`)
  const bundle = join('bench', 'results', 'bench.mjs')
  const define = { 'process.env.NODE_ENV': '"production"' }
  buildSync({
    entryPoints: ['bench/main.ts'],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['esbuild', 'puppeteer-core'],
    define,
  })
  const flags = ['--expose-gc', '--max-old-space-size=16384', bundle, name, ...(small ? ['--small'] : [])]
  const env = { ...process.env, LAYERFOLD_BENCH_CHILD: file }
  const { status } = spawnSync(process.execPath, flags, { stdio: ['ignore', 'inherit', 'inherit'], env })
  if (status !== 0) throw new Error(`suite ${name} failed`)
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Row[]
  rmSync(file)
  return rows
}
