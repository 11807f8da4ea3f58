import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as listen } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from './edge.ts'
import { median } from './measure.ts'
import type { Row } from './report.ts'

const EMPTY = `export default { fetch: () => new Response('') }`

/**
 * From the start of workerd to its first answer, with the edge check and with a worker that has nothing in it, the two in turn; milliseconds. workerd is installed beside, for this
 * alone.
 */
export async function edgeStart(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'layerfold-workerd-'))
  const origin = createServer((_, answer) => answer.writeHead(503).end()).listen(0, '127.0.0.1')
  try {
    writeFileSync(join(dir, 'package.json'), '{ "private": true }')
    execFileSync('npm', ['install', 'workerd@1', '--silent', '--no-audit', '--no-fund'], { cwd: dir })
    await new Promise((done) => (origin.listening ? done(undefined) : origin.once('listening', done)))
    const { port } = origin.address() as AddressInfo
    const times: Record<'check' | 'empty', number[]> = { check: [], empty: [] }
    for (let sample = -1; sample < 15; sample++) {
      for (const [name, code] of [
        ['check', bundleWorker()],
        ['empty', EMPTY],
      ] as const) {
        const time = await startOnce(dir, code, port)
        if (sample >= 0) times[name].push(time)
      }
    }
    const row = { check: median(times.check), empty: median(times.empty) }
    const size = bundleWorker().length
    return [
      {
        question: 'edge: workerd to its first answer, milliseconds',
        size,
        ...row,
        'check ÷ empty': row.check / row.empty,
      },
    ]
  } finally {
    origin.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function startOnce(dir: string, code: string | Uint8Array, snapshots: number): Promise<number> {
  const port = await freePort()
  writeFileSync(join(dir, 'worker.mjs'), code)
  writeFileSync(
    join(dir, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.mjs")],
      bindings = [(name = "SNAPSHOTS", service = "snapshots")],
      compatibilityDate = "2025-06-01")),
    (name = "snapshots", external = (address = "127.0.0.1:${snapshots}", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);`,
  )
  const start = performance.now()
  const server = spawn(join(dir, 'node_modules/.bin/workerd'), ['serve', 'config.capnp'], { cwd: dir, stdio: 'ignore' })
  const ended = new Promise((done) => server.once('exit', done))
  try {
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`workerd ended with ${server.exitCode}`)
      await new Promise((done) => setTimeout(done, 1))
    }
    return performance.now() - start
  } finally {
    server.kill()
    await ended
  }
}

/** A worker that answers with a problem, as the check does to a GET, has been started too. */
async function answers(port: number): Promise<boolean> {
  try {
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    return true
  } catch {
    return false // nobody listens yet
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = listen().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })
}
