import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/free-port.ts'
import { startWorkerd } from '../test/runtimes/workerd.ts'
import { bundleWorker } from './edge.ts'
import { median } from './measure.ts'
import type { Row } from './report.ts'

const EMPTY = `export default { fetch: () => new Response('') }`

/** A folder in which workerd and the edge check are, for as long as `use` takes. It is installed for this alone. */
export async function withWorkerd<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'layerfold-workerd-'))
  try {
    writeFileSync(join(dir, 'package.json'), '{ "private": true }')
    execFileSync('npm', ['install', 'workerd@1', '--silent', '--no-audit', '--no-fund'], { cwd: dir })
    writeFileSync(join(dir, 'check.mjs'), bundleWorker())
    return await use(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** From the start of workerd to its first answer, with the edge check and with a worker that has nothing in it, the two in turn; milliseconds. */
export async function edgeStart(): Promise<Row[]> {
  return await withWorkerd(async (dir) => {
    writeFileSync(join(dir, 'empty.mjs'), EMPTY)
    const snapshots = await freePort() // a GET asks for none
    const times: Record<'check' | 'empty', number[]> = { check: [], empty: [] }
    for (let sample = -1; sample < 15; sample++) {
      for (const name of ['check', 'empty'] as const) {
        const time = await startOnce(dir, `${name}.mjs`, snapshots)
        if (sample >= 0) times[name].push(time)
      }
    }
    const row = { check: median(times.check), empty: median(times.empty) }
    const question = 'edge: workerd to its first answer, milliseconds'
    return [{ question, size: statSync(join(dir, 'check.mjs')).size, ...row, 'check ÷ empty': row.check / row.empty }]
  })
}

async function startOnce(dir: string, module: string, snapshots: number): Promise<number> {
  const start = performance.now()
  const { stop } = await startWorkerd(dir, module, snapshots)
  const time = performance.now() - start
  await stop()
  return time
}
