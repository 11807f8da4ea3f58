/** Random edits and stages, built by the daemon's own BuildKit and predicted from nothing but the builds before. */
import { rmSync } from 'node:fs'
import type { PredictedStep, Prediction } from '../../src/dockerfile/prediction.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { findImage } from '../../src/store/read.ts'
import { resolveImage } from '../../src/store/resolve.ts'
import { type BuildkitScenario, play, type World } from '../conformance/buildkit.ts'
import { type Daemon, folderOf } from './daemon.ts'
import { type EditedBuild, editedBuilds, withDockerfile, writeContext } from './edits.ts'
import { type StagedBuild, stagedBuilds } from './staged-builds.ts'

export interface Compared {
  readonly passed: number
  readonly failed: number
  readonly steps: number
  /** Of the steps: those whose verdict was said to depend on what another writes. */
  readonly undecided: number
}

/** So many edits of one Dockerfile, and as many of stages that copy from one another: 12 builds of each Dockerfile. */
export function compareBuildkit(daemon: Daemon, seed: number, count: number): Compared {
  const world = startLive(daemon)
  const staged = Array.from({ length: Math.ceil(count / 12) }, (_, at) => [
    ...stagedBuilds(seed * 1000 + at, Math.min(12, count - 12 * at)),
  ])
  const all = [[...editedBuilds(seed, count)], ...staged].map((builds) => compareBuilds(daemon, world, builds))
  const sum = (field: keyof Compared): number => all.reduce((total, each) => total + each[field], 0)
  return { passed: sum('passed'), failed: sum('failed'), steps: sum('steps'), undecided: sum('undecided') }
}

function compareBuilds(daemon: Daemon, world: World, builds: readonly StagedBuild[]): Compared {
  const folder = folderOf({})
  let [passed, failed, steps, undecided] = [0, 0, 0, 0]
  for (const [index, edited] of builds.entries()) {
    const build = withDockerfile(edited, index)
    writeContext(folder, build.files)
    if (build.prune) {
      daemon.docker('builder', 'prune', ...build.prune)
      play(world, NOTHING, { op: 'prune', args: build.prune })
    }
    const prediction = play(world, NOTHING, { ...recordingOf(build), dir: folder })!
    const { ok, output } = daemon.build(folder, build.args, '1')
    const found = ok ? differences(prediction, output) : [`the build failed: ${output.slice(-400)}`]
    const asked = prediction.steps.filter(isShown)
    steps += asked.length
    undecided += asked.filter(({ status }) => status === 'depends-on-output').length
    if (found.length === 0) passed++
    else failed++
    if (found.length > 0)
      console.log([`FAIL edit ${index}: ${build.title}`, ...found, build.dockerfile].join('\n       '))
  }
  rmSync(folder, { recursive: true })
  return { passed, failed, steps, undecided }
}

/** No recording: the daemon is there. */
export const NOTHING: BuildkitScenario = { bases: {}, images: {}, ops: [] }

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

/** As if it had been recorded, with nothing of what came of it. */
export function recordingOf({
  dockerfile,
  files,
  args,
}: EditedBuild): BuildkitScenario['ops'][number] & { readonly op: 'build' } {
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

/** `#7 [s0 2/5] RUN …`, and later `#7 CACHED` or `#7 DONE 0.3s`. FROM counts if it names an image; equal steps of two stages are shown as one of them. */
function differences({ steps, stages }: Prediction, output: string): string[] {
  const seen = new Map<string, string | undefined>()
  for (const [, number, stage, at] of output.matchAll(/^#(\d+) \[s(\d+) +(\d+)\/\d+\]/gm)) {
    const status = new RegExp(`^#${number} (CACHED|DONE|ERROR)`, 'm').exec(output)?.[1]
    seen.set(`${stage} ${at}`, status)
  }
  const counts = new Map<number, number>()
  const numbered = steps.filter((step) => isShown(step) && step.vertex !== undefined) // WORKDIR of where it is does nothing
  const shown = numbered.map((step) => {
    const own = stages.find(({ name }) => name === `s${step.stage}`)
    const at = (counts.get(step.stage!) ?? (own?.base === undefined ? 0 : 1)) + 1
    counts.set(step.stage!, at)
    return { step, real: seen.get(`${step.stage} ${at}`) }
  })
  return shown.flatMap(({ step, real }) => {
    if (step.status === 'depends-on-output') return []
    const predicted = step.status === 'hit' ? 'CACHED' : 'DONE'
    const found = real ?? shown.find((each) => each.real !== undefined && each.step.vertex === step.vertex)?.real
    const why = `predicted ${predicted} (${step.via ?? step.why ?? ''})`
    return found === predicted ? [] : [`s${step.stage} ${step.text}: ${found}, ${why}`]
  })
}
