import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import { redisStorage } from '../../src/snapshot/redis.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { emptyStore } from '../../src/store/store.ts'
import { storageContract } from '../snapshot/contract.ts'
import { written } from './images.ts'
import { type Server, startServer } from './server.ts'

const PROCESSES = 4
const IMAGES = Number(process.env['LAYERFOLD_REDIS_IMAGES'] ?? 10_000)

let server: Server
const directory = mkdtempSync(join(tmpdir(), 'layerfold-redis-writer-'))
const clients: { destroy(): void }[] = []
const connect = async () => {
  const client = await createClient({ url: server.url }).connect()
  clients.push(client)
  return client
}

beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  for (const client of clients) client.destroy()
  await server.stop()
  rmSync(directory, { recursive: true })
})

storageContract({ name: 'Redis', make: async () => redisStorage(await connect()), isShared: true })

describe('four processes', () => {
  it('converge, with one killed at random and started again, and nothing is lost', { timeout: 1_200_000 }, async () => {
    const bundle = join(directory, 'writer.mjs')
    await bundleWriter(bundle)
    const writers = Array.from({ length: PROCESSES }, (_, n) => start(bundle, n))
    const victim = Math.floor(Math.random() * PROCESSES)
    const commits = 1 + Math.floor((Math.random() * IMAGES) / 200)
    await writers[victim]!.killAfter(commits)
    const again = start(bundle, victim)
    const digests = await Promise.all(writers.map((writer, n) => (n === victim ? again : writer).digest))

    let expected = emptyStore()
    for (let n = 0; n < PROCESSES; n++)
      for (let from = 0; from < IMAGES; from += 100) expected = written(expected, n, from, 100)
    const line = `digest ${storeDigest(expected)} of ${PROCESSES * IMAGES}`
    expect(digests).toEqual(digests.map(() => line))
    const open = await openPersistentStore(redisStorage(await connect()), 'shared')
    expect(storeDigest(open.store)).toBe(storeDigest(expected))
    await open.close()
  })
})

async function bundleWriter(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'writer.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  })
}

interface Writer {
  /** Its last line. */
  readonly digest: Promise<string>
  killAfter(commits: number): Promise<void>
}

function start(bundle: string, number: number): Writer {
  const args = [bundle, server.url, String(number), String(IMAGES), String(PROCESSES)]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(lines.at(-1) ?? '')))
  let onLine = (): void => undefined
  child.stdout!.on('data', (text) => {
    lines.push(...String(text).trim().split('\n'))
    onLine()
  })
  return {
    digest: ended,
    async killAfter(commits) {
      onLine = () => {
        if (lines.length >= commits) child.kill('SIGKILL')
      }
      await ended
    },
  }
}
