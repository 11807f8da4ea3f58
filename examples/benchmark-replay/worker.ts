/** One of the threads: takes jobs until there are no more. */
import { parentPort, workerData } from 'node:worker_threads'
import type { EngineName } from 'layerfold/predict'
import { generateHistory } from './history.ts'
import { policies, replay } from './replay.ts'

export interface Job {
  readonly index: number
  /** Of `policies`. */
  readonly policy: number
  readonly engine: EngineName
}

const { seed, builds } = workerData as { readonly seed: number; readonly builds: number }
const history = generateHistory(seed, builds)

parentPort!.on('message', ({ index, policy, engine }: Job) => {
  const result = replay(history, policies[policy]!, engine, () => parentPort!.postMessage({ built: 1 }))
  parentPort!.postMessage({ index, result })
})
