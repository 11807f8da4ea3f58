/** One of the threads: takes jobs until there are no more. */
import { parentPort, workerData } from 'node:worker_threads'
import { type EngineName, isClassicName } from 'layerfold/predict'
import { generateHistory } from './history.ts'
import { askAgain, lookUps } from './probes.ts'
import { type OnBuild, policies, type Result, replay } from './replay.ts'

export interface Job {
  readonly index: number
  /** Of `policies`. */
  readonly policy: number
  readonly engine: EngineName
}

/** How the probes of a job went, when they were asked again: never a part of its result, for it is another on every run. */
export interface Pace {
  readonly probes: number
  readonly milliseconds: number
}

export interface Done {
  readonly index: number
  readonly result: Result
  readonly pace: Pace | undefined
}

const { seed, builds, probes } = workerData as {
  readonly seed: number
  readonly builds: number
  readonly probes: number
}
const history = generateHistory(seed, builds)

parentPort!.on('message', ({ index, policy, engine }: Job) => {
  let last: Parameters<OnBuild> | undefined
  const result = replay(history, policies[policy]!, engine, (...build) => {
    last = build
    parentPort!.postMessage({ built: 1 })
  })
  const done: Done = { index, result, pace: last && paceOf(engine, last) }
  parentPort!.postMessage(done)
})

function paceOf(engine: EngineName, [sources, steps, images]: Parameters<OnBuild>): Pace | undefined {
  if (!isClassicName(engine)) return undefined
  const asked = lookUps(images, sources, engine, steps)
  askAgain(asked, probes / 10)
  const start = performance.now()
  askAgain(asked, probes)
  return { probes, milliseconds: performance.now() - start }
}
