/**
 * A load test on loopback: `tsx examples/edge-check/load.ts [--requests 100000] [--hostile 1000] [--connections 16]`. The server is a process of its own; its
 * memory is taken after a full collection, once warm and at the end. Ends with 1 when an answer is wrong or memory grew.
 */
import { execFileSync, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { contextOf } from 'layerfold/dockerfile'

const here = import.meta.dirname
const { values } = parseArgs({
  options: { requests: { type: 'string' }, hostile: { type: 'string' }, connections: { type: 'string' } },
})
const requests = Number(values.requests ?? 100_000)
const hostile = Number(values.hostile ?? 1000)
const connections = Number(values.connections ?? 16)

const rebuild = join(here, '../rebuild')
const dockerfile = readFileSync(join(rebuild, 'app/Dockerfile'), 'utf8')
const files = { Dockerfile: dockerfile, a: readFileSync(join(rebuild, 'app/a')) }
const good = Buffer.from(
  JSON.stringify({ dockerfile, context: contextOf(files, { modes: 'cli23' }), cacheFrom: ['c:1'] }),
)

/** What somebody may send who means no good, and the status that answers it; 0: the server hangs up or it does. */
const HOSTILE: readonly (() => Promise<number>)[] = [
  () => post(Buffer.from('{"dockerfile": ')),
  () => post(Buffer.alloc(100_000, '[')),
  () => post(Buffer.alloc(5 << 20, ' ')),
  () => post(Buffer.from(JSON.stringify({ dockerfile: `FROM tiny\n${'RUN x\n'.repeat(1999)}` }))),
  () => post(Buffer.from(JSON.stringify({ dockerfile: `FROM tiny\nENV ${'A=$A$A '.repeat(2000)}\n` }))),
  () => post(Buffer.from(JSON.stringify({ dockerfile, context: { entries: Array(9999).fill(null) } }))),
  () => post(Buffer.from([0xff, 0xfe, 0x00])),
  () => post(Buffer.from('{"dockerfile":"FROM x","buildArgs":{"__proto__":"x"},"constructor":{"prototype":1}}')),
  () => post(Buffer.from(JSON.stringify({ dockerfile: '\u0000'.repeat(10_000) }))),
  cutShort,
]

const dir = mkdtempSync(join(tmpdir(), 'layerfold-load-'))
const cli = join(here, '../../dist/cli/main.js')
const env = { ...process.env, LAYERFOLD_STORE: join(dir, 'store') }
execFileSync(process.execPath, [cli, 'import', 'tiny.tar', 'app.tar'], { cwd: rebuild, env, stdio: 'ignore' })
execFileSync(process.execPath, [cli, 'snapshot', '-o', join(dir, 'snapshot')], { env, stdio: 'ignore' })
const server = fork(join(here, 'load-server.ts'), [join(dir, 'snapshot')], {
  execArgv: ['--expose-gc', '--import', 'tsx'],
})
server.on('exit', (code) => code && process.exit(1))
const port = Number(await said())
const agent = new Agent({ keepAlive: true, maxSockets: connections })
const times: number[] = []
let wrong = 0

try {
  await drive(Math.min(2000, requests), 0)
  times.length = 0
  const before = await memory()
  const start = performance.now()
  await drive(requests, hostile)
  const seconds = (performance.now() - start) / 1000
  const after = await memory()
  times.sort((a, b) => a - b)
  const at = (part: number): string => `${times[Math.floor(times.length * part)]!.toFixed(2)} ms`
  console.log(
    `${requests} checks of 7 steps and ${hostile} hostile requests on ${connections} connections in ${seconds.toFixed(1)} s`,
  )
  console.log(`${(requests / seconds).toFixed(0)} checks a second; p50 ${at(0.5)}, p99 ${at(0.99)}`)
  console.log(
    `server heap ${(before / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB after; ${wrong} wrong answers`,
  )
  process.exitCode = wrong > 0 || after > before * 1.1 + 2e6 ? 1 : 0
} finally {
  server.kill()
  agent.destroy()
  rmSync(dir, { recursive: true })
}

/** So many good requests, with the hostile ones evenly in between. */
async function drive(count: number, bad: number): Promise<void> {
  let next = 0
  const every = bad === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(count / bad))
  const one = async (): Promise<void> => {
    while (next < count) {
      const number = next++
      const start = performance.now()
      if ((await post(good)) !== 200) wrong++
      times.push(performance.now() - start)
      if (number % 5000 === 4999) process.stderr.write(`\r${number + 1} of ${count}`)
      if (number % every === 0 && number / every < bad) {
        const status = await HOSTILE[(number / every) % HOSTILE.length]!()
        if (status >= 500) wrong++
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  process.stderr.write('\r\u001b[K')
}

async function post(body: Buffer): Promise<number> {
  return await new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const sent = httpRequest(
      { host: '127.0.0.1', port, path: '/check', method: 'POST', agent, headers },
      (response) => {
        response.resume()
        response.on('close', () => resolve(response.statusCode ?? 0))
      },
    )
    sent.on('error', () => resolve(0))
    sent.on('socket', (socket) => {
      if (socket.listenerCount('error') < 2) socket.on('error', () => {}) // it was answered before all was sent
    })
    sent.end(body)
  })
}

/** Says that it sends much, sends little, and goes. */
async function cutShort(): Promise<number> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        'POST /check HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"dock',
      )
      setTimeout(() => socket.destroy(), 5)
    })
    for (const event of ['close', 'error']) socket.on(event, () => resolve(0))
  })
}

async function said(): Promise<unknown> {
  return await new Promise((resolve) => server.once('message', resolve))
}

async function memory(): Promise<number> {
  server.send('memory')
  return Number(await said())
}
