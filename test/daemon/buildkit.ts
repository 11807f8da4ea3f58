/** Random edits, built by the daemon's own BuildKit and predicted from nothing but the builds before. */
import { rmSync } from 'node:fs'
import type { PredictedStep, Prediction } from '../../src/dockerfile/prediction.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { findImage } from '../../src/store/read.ts'
import { resolveImage } from '../../src/store/resolve.ts'
import { type BuildkitScenario, play, type World } from '../conformance/buildkit.ts'
import { type Daemon, folderOf } from './daemon.ts'
import { type EditedBuild, editedBuilds, withDockerfile, writeContext } from './edits.ts'

export interface Compared {
  readonly passed: number
  readonly failed: number
  readonly steps: number
  /** Of the steps: those whose verdict was said to depend on what another writes. */
  readonly undecided: number
}

export function compareBuildkit(daemon: Daemon, seed: number, count: number): Compared {
  const world = startLive(daemon)
  const folder = folderOf({})
  let [passed, failed, steps, undecided] = [0, 0, 0, 0]
  for (const [index, edited] of [...editedBuilds(seed, count)].entries()) {
    const build = withDockerfile(edited, index)
    writeContext(folder, build.files)
    const prediction = play(world, NOTHING, recordingOf(build))!
    const { ok, output } = daemon.build(folder, build.args, '1')
    const found = ok ? differences(prediction, output) : [`the build failed: ${output.slice(-400)}`]
    const asked = prediction.steps.filter(isShown)
    steps += asked.length
    undecided += asked.filter(({ status }) => status === 'depends-on-output').length
    if (found.length === 0) passed++
    else failed++
    if (found.length > 0) console.log([`FAIL edit ${index}: ${build.title}`, ...found].join('\n       '))
  }
  rmSync(folder, { recursive: true })
  return { passed, failed, steps, undecided }
}

const NOTHING: BuildkitScenario = { bases: {}, images: {}, ops: [] }

/** The base as the daemon has it; its files are busybox, which no step copies. */
function startLive(daemon: Daemon): World {
  const images = daemon.images()
  const base = resolveImage(images, 'base')
  if (base.outcome !== 'found' || findImage(images, base.id) === undefined) throw new Error('there is no base')
  const folders = { 'bin/': { mode: 0o755 }, 'tmp/': { mode: 0o755 }, 'etc/': { mode: 0o755 } }
  return {
    state: { images },
    files: new Map([[base.id, mountedTree(folders)]]),
    records: new Map(),
    caches: new Map(),
    results: new Map(),
    random: 0,
    simulated: true,
  }
}

function recordingOf({ dockerfile, files, args }: EditedBuild) {
  return {
    op: 'build',
    dir: 'context',
    dockerfile_path: 'Dockerfile',
    dockerfile,
    context: files,
    args: ['--network=none', ...args],
    tag: 'edited',
    ok: true,
    image: null,
    steps: [],
    merged: [],
    vertices: [],
  } as const
}

/** Those that BuildKit numbers, as `[s0 2/5]`; FROM is the first. */
function isShown({ instruction }: PredictedStep): boolean {
  return ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(instruction.toUpperCase())
}

/** `#7 [s0 2/5] RUN …`, and later `#7 CACHED` or `#7 DONE 0.3s`. */
function differences({ steps }: Prediction, output: string): string[] {
  const found: string[] = []
  const seen = new Map<string, string | undefined>()
  for (const [, number, stage, at] of output.matchAll(/^#(\d+) \[s(\d+) +(\d+)\/\d+\]/gm)) {
    const status = new RegExp(`^#${number} (CACHED|DONE|ERROR)`, 'm').exec(output)?.[1]
    seen.set(`${stage} ${at}`, status)
  }
  const counts = new Map<number, number>()
  for (const step of steps.filter(isShown)) {
    const at = (counts.get(step.stage!) ?? 1) + 1
    counts.set(step.stage!, at)
    if (step.status === 'depends-on-output') continue
    const predicted = step.status === 'hit' ? 'CACHED' : 'DONE'
    const real = seen.get(`${step.stage} ${at}`)
    if (real !== predicted)
      found.push(`s${step.stage} ${step.text}: ${real}, predicted ${predicted} (${step.via ?? step.why ?? ''})`)
  }
  return found
}
