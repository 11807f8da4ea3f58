import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateHistory } from '../../examples/benchmark-replay/history.ts'
import { type Asked, askAgain, lookUps } from '../../examples/benchmark-replay/probes.ts'
import { type Policy, policies, replay } from '../../examples/benchmark-replay/replay.ts'

const ROOT = join(import.meta.dirname, '../..')

function run(...args: string[]): Record<'csv' | 'json' | 'svg', string> {
  const out = mkdtempSync(join(tmpdir(), 'layerfold-replay-'))
  const script = join(ROOT, 'examples/benchmark-replay/main.ts')
  const call = ['--import', 'tsx', script, '--builds', '12', '--engines', 'docker20', '--out', out, ...args]
  execFileSync(process.execPath, call, { cwd: ROOT, stdio: 'pipe', timeout: 100_000 })
  const read = (end: string): string => readFileSync(join(out, `replay.${end}`), 'utf8')
  return { csv: read('csv'), json: read('json'), svg: read('svg') }
}

const named = (name: string): Policy => policies.find((policy) => policy.name === name)!
const over = (name: string, builds: number) => replay(generateHistory(7, builds), named(name), 'docker20', () => {})

describe('the replay', () => {
  it('gives the same files for the same seed on one and two workers, and others for another seed', () => {
    const one = run('--workers', '1')
    expect(run('--workers', '2')).toEqual(one)
    expect(run('--workers', '2', '--seed', '2').json).not.toBe(one.json)
    expect(one.csv.trim().split('\n')).toHaveLength(1 + policies.length)
    expect(one.svg.match(/<polyline/g)).toHaveLength(policies.length)
  })

  it('counts every step once', () => {
    const result = over('kept builder', 20)
    expect(result.hits + result.rerun).toBe(result.steps)
    expect(result.steps).toBe(20 * 10)
    expect(result.rate).toHaveLength(20)
    expect(result.rate.at(-1)).toBe(result.hits / result.steps)
  })

  it('asks the last build again, which has everything now', () => {
    let asked: readonly Asked[] = []
    replay(generateHistory(7, 5), named('kept builder'), 'docker25', (sources, steps, images) => {
      asked = lookUps(images, sources, 'docker25', steps)
    })
    expect(asked).toHaveLength(10)
    expect(askAgain(asked, 25)).toBe(25)
    const [{ cache, parent, step }] = asked as [Asked]
    expect(askAgain([{ cache, parent, step: { ...step, config: { ...step.config, User: 'x' } } }], 3)).toBe(0)
  })

  it('shows what policies differ in', () => {
    const [kept, pruned, main] = ['kept builder', 'kept, pruned every 10 builds', 'fresh, --cache-from main'].map(
      (name) => over(name, 40),
    )
    expect(pruned!.images).toBeLessThan(kept!.images)
    expect(kept!.hits).toBeGreaterThan(main!.hits)
  })

  it('hits nothing at the first build of a fresh builder', () => {
    expect(over('fresh, --cache-from main', 1)).toMatchObject({ hits: 0, rerun: 10 })
  })
})
