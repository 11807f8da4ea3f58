import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStorage } from '../../src/snapshot/fs.ts'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { emptyStore } from '../../src/store/store.ts'
import { crashState } from './crash-states.ts'

/** `LAYERFOLD_CRASHES=500 npx vitest run test/snapshot/crash.test.ts` runs them all. */
const CRASHES = Number(process.env['LAYERFOLD_CRASHES'] ?? 50)

const directory = mkdtempSync(join(tmpdir(), 'layerfold-crash-'))
const writer = join(directory, 'writer.mjs')

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'crash-writer.ts')]
  const define = { 'process.env.NODE_ENV': '"production"' }
  await build({ entryPoints, outfile: writer, bundle: true, format: 'esm', platform: 'node', target: 'node20', define })
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Runs the writer until some milliseconds after its first commit, or after its start, kills it, and gives the number of the last commit that it saw end. */
function killed(from: number, since: 'start' | 'commit', milliseconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, directory, String(from)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const kill = (): unknown => setTimeout(() => child.kill('SIGKILL'), milliseconds)
    if (since === 'start') kill()
    let out = ''
    let error = ''
    child.stderr.on('data', (data) => {
      error += data
    })
    child.stdout.on('data', (data) => {
      if (out === '' && since === 'commit') kill()
      out += data
    })
    child.on('close', (code) => {
      if (code !== null) reject(new Error(`the writer ended: ${error}`))
      resolve(Number(out.trim().split('\n').at(-1) || from - 1))
    })
  })
}

describe('a writer that is killed', () => {
  it(`at any of ${CRASHES} moments leaves the state before or after its last commit`, {
    timeout: 1_200_000,
  }, async () => {
    let seed = 20261124
    let state = emptyStore()
    let at = 0
    for (let crash = 0; crash < CRASHES; crash++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0
      const random = (seed >>> 8) % 40
      const ended = await (crash % 5 ? killed(at + 1, 'commit', random) : killed(at + 1, 'start', 50 + 3 * random))
      while (at < ended) state = crashState(state, ++at)
      const open = await openPersistentStore(fileStorage(directory), 'a')
      const found = storeDigest(open.store)
      if (found !== storeDigest(state)) state = crashState(state, ++at)
      expect(found, `after crash ${crash}, commit ${at}`).toBe(storeDigest(state))
      await open.close()
    }
    expect(at).toBeGreaterThan(CRASHES)
  })
})
