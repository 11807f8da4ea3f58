import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allDifferences, sameConfig } from '../../src/cache/compare.ts'
import { type Int64, int64Of } from '../../src/go/struct.ts'
import type { Config } from '../../src/image/config.ts'
import { hashStep, hashStored } from '../../src/store/config-hash.ts'

describe('sameConfig', () => {
  it.each<[string, Config, Config, boolean, boolean]>([
    ['T41: zero', {}, {}, true, true],
    ['T43: names and the image', { Hostname: 'a', Domainname: 'b', Image: 'c' }, {}, true, true],
    ['T44: User', { User: 'root' }, {}, false, false],
    ['T45: an open stdin on both sides', { OpenStdin: true }, { OpenStdin: true }, false, true],
    ['T46: on one', {}, { OpenStdin: true }, false, false],
    ['T47: AttachStdin', { AttachStdin: true }, {}, true, false],
    ['T48: WorkingDir', { WorkingDir: '/' }, {}, true, false],
    ['T48: Shell', { Shell: ['sh'] }, {}, true, false],
    ['T48: OnBuild', { OnBuild: ['RUN x'] }, {}, true, false],
    ['T48: StopSignal', { StopSignal: '9' }, {}, true, false],
    ['T48: Healthcheck, which is nil or not', { Healthcheck: {} }, {}, true, false],
    [
      'spec 6.2: a zero of Healthcheck is no zero too many',
      { Healthcheck: { Retries: 0 } },
      { Healthcheck: {} },
      true,
      true,
    ],
    ['T49: Env in another order', { Env: ['A=1', 'B=2'] }, { Env: ['B=2', 'A=1'] }, false, false],
    ['T50: a longer Cmd', { Cmd: ['sh', '-c'] }, { Cmd: ['sh', '-c', 'echo'] }, false, false],
    ['T51: nil and empty', { Cmd: [] }, { Labels: {}, Volumes: {}, Env: [] }, true, true],
    ['T52: an empty label value answers any other label', { Labels: { a: '' } }, { Labels: { z: 'q' } }, true, true],
    ['T53: and not the other way', { Labels: { z: 'q' } }, { Labels: { a: '' } }, false, false],
    ['T52: names of Object.prototype are names', { Labels: { a: '' } }, { Labels: { toString: 'q' } }, true, true],
    ['T54: StopTimeout nil or 0', { StopTimeout: 0 }, {}, true, false],
    ['T54: MacAddress', { MacAddress: 'a' }, {}, true, true],
    ['spec 6.1: keys of Volumes', { Volumes: { a: {} } }, { Volumes: { b: {} } }, false, false],
  ])('%s', (_, stored, step, legacy, full) => {
    expect(sameConfig('legacy', stored, step)).toBe(legacy)
    expect(sameConfig('full', stored, step)).toBe(full)
  })

  it('says first what moby compares first', () => {
    const differences = allDifferences('full', { Cmd: ['a'], User: 'u', Shell: ['s'] }, {})
    expect(differences.map(({ field }) => field)).toEqual(['User', 'Cmd', 'Shell'])
    expect(allDifferences('legacy', { OpenStdin: true, Cmd: ['a'] }, {})[0]?.field).toBe('OpenStdin')
  })
})

const few = <T>(...values: T[]) => fc.constantFrom<T | undefined>(undefined, undefined, undefined, undefined, ...values)
const words = few([], ['a'], ['a', 'b'], ['ab'])
const set = few({}, { a: {} }, { b: {} })
const flag = few(false, true)
const text = few('', 'x')
const config: fc.Arbitrary<Config> = fc.record({
  ...{ Hostname: text, User: text, WorkingDir: text, StopSignal: text, MacAddress: text },
  ...{ AttachStdin: flag, AttachStdout: flag, AttachStderr: flag, Tty: flag, OpenStdin: flag, StdinOnce: flag },
  ...{
    NetworkDisabled: flag,
    ArgsEscaped: flag,
    ExposedPorts: set,
    Volumes: set,
    StopTimeout: few<Int64>(0, 1, int64Of(2n ** 60n)),
  },
  ...{ Env: words, Cmd: words, Entrypoint: words, Shell: words, OnBuild: words },
  Labels: few<Record<string, string>>({}, { a: '' }, { b: '' }, { a: 'x' }, { a: '', b: 'x' }, { b: 'x', c: 'y' }),
  Healthcheck: few<Config['Healthcheck']>({}, { Interval: 0 }, { Interval: 1 }, { Test: ['a'] }),
})
/** Most pairs of their own would differ everywhere: these differ in a few fields. */
const pair = fc
  .tuple(config, config, fc.array(fc.constantFrom('Labels', 'Cmd', 'Volumes', 'Tty', 'Healthcheck')))
  .map(([a, b, fields]): [Config, Config] => [
    a,
    { ...a, ...Object.fromEntries(fields.map((f) => [f, b[f as keyof Config]])) },
  ])

it.each(['legacy', 'full'] as const)('%s: the fast comparison, the table and the hashes agree', (fields) => {
  fc.assert(
    fc.property(fc.oneof(pair, fc.tuple(config, config)), ([stored, step]) => {
      const same = sameConfig(fields, stored, step)
      expect(allDifferences(fields, stored, step).length === 0).toBe(same)
      const { exact, loose } = hashStep(step)
      if (same) expect([exact, loose]).toContain(hashStored(stored))
    }),
    { numRuns: 2000 },
  )
})
