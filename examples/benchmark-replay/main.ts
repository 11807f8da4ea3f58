/**
 * Many builds over time, replayed under several policies and rule sets: which reuses most? `npm run replay -- [--seed 1] [--builds 300] [--workers N] [--engines
 * docker20,docker25] [--probes 20000] [--out run/replay]`. Writes replay.csv, replay.json and replay.svg; the same seed gives the same files on any number of workers.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { buildSync } from 'esbuild'
import { isEngineName } from 'layerfold/predict'
import { plot } from './plot.ts'
import { policies, type Result } from './replay.ts'
import type { Done, Job, Pace } from './worker.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    builds: { type: 'string', default: '300' },
    workers: { type: 'string', default: String(availableParallelism()) },
    engines: { type: 'string', default: 'docker1_13,docker20,docker25' },
    probes: { type: 'string', default: '20000' },
    out: { type: 'string', default: 'run/replay' },
  },
})
const [seed, builds, workers, probes] = [whole('seed'), whole('builds'), whole('workers'), whole('probes')]
const jobs: readonly Job[] = values.engines
  .split(',')
  .flatMap((engine) => {
    if (!isEngineName(engine)) throw new Error(`no engine ${engine}`)
    return policies.map((_, policy) => ({ engine, policy }))
  })
  .map((job, index) => ({ ...job, index }))

const paces: Pace[] = []
const start = performance.now()
const results = await runAll()
const seconds = (performance.now() - start) / 1000
mkdirSync(values.out, { recursive: true })
writeFileSync(join(values.out, 'replay.csv'), csv(results))
writeFileSync(join(values.out, 'replay.json'), `${JSON.stringify({ seed, builds, results }, null, 1)}\n`)
writeFileSync(join(values.out, 'replay.svg'), plot(results))
for (const { engine, policy, steps, hits, rerun, images } of results) {
  const rate = `${((100 * hits) / steps).toFixed(1)} %`
  console.log(
    `${engine.padEnd(12)}${policy.padEnd(42)}${rate.padStart(7)} hit ${String(rerun).padStart(6)} steps run again ${String(images).padStart(6)} images`,
  )
}
const total = results.reduce((sum, { steps }) => sum + steps, 0)
process.stderr.write(
  `${jobs.length * builds} builds, ${total} steps in ${seconds.toFixed(1)} s on ${workers} workers: ${(total / seconds).toFixed(0)} steps a second\n`,
)
if (paces.length > 0) {
  const asked = paces.reduce((sum, pace) => sum + pace.probes, 0)
  const milliseconds = paces.reduce((sum, pace) => sum + pace.milliseconds, 0)
  process.stderr.write(
    `${asked} probes of last builds, asked again: ${((asked / milliseconds) * 1000).toFixed(0)} a second on each worker\n`,
  )
}

function whole(name: 'seed' | 'builds' | 'workers' | 'probes'): number {
  const number = Number(values[name])
  if (!Number.isInteger(number) || number < (name === 'seed' ? 0 : 1))
    throw new Error(`--${name} ${values[name]}: a whole number, please`)
  return number
}

/** The jobs go to whoever is free; the results come in the order of the jobs. */
async function runAll(): Promise<readonly Result[]> {
  const found: Result[] = []
  const queue = [...jobs]
  const code = workerCode()
  const progress = startProgress(jobs.length * builds)
  const work = async (): Promise<void> => {
    const worker = new Worker(code, { eval: true, workerData: { seed, builds, probes } })
    try {
      await new Promise<void>((resolve, reject) => {
        const next = (): void => {
          const job = queue.shift()
          if (job === undefined) resolve()
          else worker.postMessage(job)
        }
        worker.on('error', reject)
        worker.on('message', (message: { readonly built: 1 } | Done) => {
          if ('built' in message) return progress()
          found[message.index] = message.result
          if (message.pace !== undefined) paces.push(message.pace)
          next()
        })
        next()
      })
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work))
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return found
}

/** One file, for a thread has no loader of its own. */
function workerCode(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]!.text
}

function startProgress(all: number): () => void {
  let [done, shown] = [0, 0]
  return () => {
    done++
    const now = performance.now()
    if (!process.stderr.isTTY || now - shown < 100) return
    shown = now
    const left = (((now - start) / done) * (all - done)) / 1000
    const bar = '█'.repeat(Math.floor((done / all) * 30)).padEnd(30, '░')
    process.stderr.write(`\r\u001b[K${bar} ${done} of ${all} builds, ${left.toFixed(0)} s left`)
  }
}

function csv(results: readonly Result[]): string {
  const rows = results.map(({ engine, policy, builds: count, steps, hits, rerun, images }) =>
    [engine, `"${policy}"`, count, steps, hits, rerun, (hits / steps).toFixed(6), images].join(','),
  )
  return `${['engine,policy,builds,steps,hits,rerun,hit_rate,images', ...rows].join('\n')}\n`
}
