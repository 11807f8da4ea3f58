import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readBuildkit, saveBuildkit } from '../../src/buildkit/saved.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'
import { type BuildkitScenario, play, startWorld, type World } from '../conformance/buildkit.ts'
import { readRecording, recordingFiles } from '../conformance/vector.ts'
import { NOTHING, recordingOf } from '../daemon/buildkit.ts'
import { withDockerfile } from '../daemon/edits.ts'
import { stagedBuilds } from '../daemon/staged-builds.ts'

const VECTORS = join(import.meta.dirname, '../vectors/buildkit/public')

it('never guesses: where nobody knows what steps wrote, each recorded verdict is foretold or said to depend', () => {
  const wrong: string[] = []
  let told = 0
  let open = 0
  for (const path of recordingFiles([VECTORS])) {
    const scenario = readRecording(path).json as unknown as BuildkitScenario
    const world = startWorld(scenario, false)
    for (const [index, op] of scenario.ops.entries()) {
      const prediction = play(world, scenario, op)
      if (op.op !== 'build' || !op.ok) continue
      for (const { stage, line, status, vertex, instruction } of op.steps) {
        if (vertex === null || /^FROM/i.test(instruction)) continue
        const step = prediction?.steps.find((each) => each.stage === stage && each.position?.line === line)
        if (step?.status === 'depends-on-output') {
          open++
          expect(step.dependsOn).toBeLessThan(step.number)
        } else if ((step?.status === 'hit' ? 'CACHED' : 'DONE') === status) told++
        else if (!op.merged.some((pair) => pair.includes(vertex))) wrong.push(`${path} ${index} ${instruction}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(told).toBeGreaterThan(1700)
  expect(open / (told + open)).toBeLessThan(0.05)
})

const raw = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:aa"]}}'
const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
if (made.outcome === 'error') throw new Error(made.text)
const images = tagImage(store, 'base', made.id)

const worldOf = (simulated: boolean): World => ({
  state: { images },
  files: new Map([[made.id, mountedTree({ 'bin/': { mode: 0o755 } })]]),
  records: new Map(),
  caches: new Map(),
  results: new Map(),
  random: 0,
  simulated,
})

it('never guesses: what is said of stages that copy from one another is what comes when they run', () => {
  const wrong: string[] = []
  let [told, open] = [0, 0]
  for (let seed = 1; seed <= 60; seed++) {
    const [run, asked] = [worldOf(true), worldOf(false)]
    for (const [index, build] of [...stagedBuilds(seed, 12)].entries()) {
      const worlds = [run, asked]
      if (build.prune) for (const world of worlds) play(world, NOTHING, { op: 'prune', args: build.prune })
      const [real, said] = worlds.map((world) => play(world, NOTHING, recordingOf(withDockerfile(build, index)))!)
      if (real!.outcome === 'failed') break
      for (const [at, step] of real!.steps.entries()) {
        const { status } = said!.steps[at]!
        if (status === 'depends-on-output') open++
        else if ((status === 'hit') === (step.status === 'hit')) told++
        else wrong.push(`seed ${seed} build ${index} ${step.text}: ${status}, and then ${step.status}`)
      }
      asked.state = {
        ...run.state,
        buildkit: readBuildkit(JSON.parse(JSON.stringify(saveBuildkit(run.state.buildkit!)))),
      }
    }
  }
  expect(wrong).toEqual([])
  expect(told).toBeGreaterThan(5000)
  expect(open).toBeGreaterThan(0)
  expect(open / (told + open)).toBeLessThan(0.05)
})
