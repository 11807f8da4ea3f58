import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inlineRecords } from '../../src/buildkit/export.ts'
import { type CacheRecord, importRecords, readCacheConfig, readInlineCache } from '../../src/buildkit/inline.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import { predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { createImage } from '../../src/store/write.ts'
import { type BuildkitScenario, play, startWorld } from '../conformance/buildkit.ts'
import { readRecording, recordingFiles } from '../conformance/vector.ts'

const VECTORS = join(import.meta.dirname, '../vectors/buildkit/public')

const withoutTimes = (records: readonly CacheRecord[]) =>
  records.map(({ digest, layers = [], inputs = [] }) => ({ digest, layers: layers.map(({ layer }) => layer), inputs }))

describe('inline caches', () => {
  it('are written as the daemon wrote them, times aside', () => {
    let compared = 0
    for (const path of recordingFiles([VECTORS])) {
      const scenario = readRecording(path).json as unknown as BuildkitScenario
      const world = startWorld(scenario)
      for (const op of scenario.ops) {
        const before = world.state.images
        const prediction = play(world, scenario, op)
        if (op.op !== 'build' || op.image === null) continue
        const recorded = readInlineCache(scenario.images[op.image]!)
        if (recorded.length === 0 || prediction === undefined) continue
        compared++
        expect({ path, records: withoutTimes(inlineRecords(prediction, before)) }).toEqual({
          path,
          records: withoutTimes(recorded),
        })
      }
    }
    expect(compared).toBeGreaterThan(20)
  })

  it('are refused when they do not hold together', () => {
    const code = (run: () => unknown): string | undefined => {
      try {
        run()
      } catch (error) {
        return isLayerfoldError(error) ? error.code : undefined
      }
      return 'nothing thrown'
    }
    expect(code(() => readInlineCache('{'))).toBe('cache-malformed')
    expect(code(() => readInlineCache('{"moby.buildkit.cache.v0":"*"}'))).toBe('cache-malformed')
    expect(code(() => readCacheConfig('{}'))).toBe('cache-malformed')
    expect(code(() => readCacheConfig('{"records":[{"digest":"x","inputs":[[{"link":1}]]}]}'))).toBe('cache-malformed')
    for (const records of [
      '[null]',
      '[{"digest":1}]',
      '[{"digest":"x","inputs":[[null]]}]',
      '[{"digest":"x","layers":1}]',
    ])
      expect(code(() => readCacheConfig(`{"records":${records}}`))).toBe('cache-malformed')
    expect(readInlineCache('{}')).toEqual([])
    const nulls = '{"records":[{"digest":"x","layers":null,"inputs":[null,[{"link":0,"selector":null}]]}]}'
    expect(readCacheConfig(nulls)).toEqual([{ digest: 'x', inputs: [[], [{ link: 0 }]] }])
  })

  it('that cannot be read are told, and the build goes on without', () => {
    const raw = '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"},"moby.buildkit.cache.v0":"*"}'
    const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
    if (made.outcome === 'error') throw new Error(made.text)
    const request = {
      engine: 'buildkit',
      dockerfile: 'FROM scratch\nWORKDIR /w\n',
      cacheFrom: [made.id, 'nosuch'],
    } as const
    const [, { outcome, unknownSources }] = predict({ images: store }, request)
    expect([outcome, unknownSources]).toEqual([
      'built',
      [
        { reference: made.id, text: 'cache-malformed (reason: it is no base64)' },
        { reference: 'nosuch', text: 'No such image: nosuch:latest' },
      ],
    ])
  })

  it('of a manifest are keys like any other', () => {
    const records = readCacheConfig(
      '{"layers":[],"records":[{"digest":"sha256:a"},{"digest":"sha256:b","layers":[{"layer":0}],"inputs":[[{"link":0}]]}]}',
    )
    const { store, origins } = importRecords(records, 'ci')
    expect([store.links.size, store.results.size, [...origins.keys()]]).toEqual([1, 1, ['ci#1']])
  })
})
