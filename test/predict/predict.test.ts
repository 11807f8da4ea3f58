import { describe, expect, it } from 'vitest'
import { contextOf } from '../../src/dockerfile/context.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import {
  type BuildState,
  buildClassic,
  classic29,
  type PredictionRequest,
  predict,
  whatIf,
} from '../../src/predict/index.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'
import { violations } from './schema.ts'

const created = '2024-01-01T00:00:00Z'
const base = {
  architecture: 'amd64',
  config: { Env: ['PATH=/bin'] },
  created,
  history: [{ created, created_by: 'base' }],
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
}

function start(document: object = base): BuildState {
  const [store, made] = createImage(emptyStore(), new TextEncoder().encode(JSON.stringify(document)))
  if (made.outcome === 'error') throw new Error(made.text)
  return { images: tagImage(store, 'base', made.id) }
}

const ask = (dockerfile: string, more: Partial<PredictionRequest> = {}): PredictionRequest => ({
  engine: 'docker17_03',
  dockerfile,
  ...more,
})

const statuses = (state: BuildState, request: PredictionRequest): string[] =>
  predict(state, request)[1].steps.map(({ status }) => status)

describe('a prediction', () => {
  it('hits when it is made again of the state that it gave', () => {
    const request = ask('FROM base\nENV A=1\nWORKDIR /w\nCOPY a /\nRUN make\n', { context: contextOf({ a: '1' }) })
    const before = start()
    const [after, first] = predict(before, request)
    const [again, second] = predict(after, request)
    expect(first.steps.map(({ status }) => status)).toEqual([
      'not-cacheable',
      'miss',
      'not-probed',
      'not-probed',
      'not-probed',
    ])
    expect(second.steps.slice(1).map(({ status }) => status)).toEqual(['hit', 'hit', 'hit', 'hit'])
    expect(second.image).toBe(first.image)
    expect(again.images).toBe(after.images)
    expect(before.images.size).toBe(1)
  })

  it('is the same from one engine alone', () => {
    const request = ask('FROM base\nWORKDIR w\nRUN make\n', { engine: 'docker29' })
    const [after, { engine, ...prediction }] = predict(start(), request)
    expect(engine).toBe('docker29')
    expect(buildClassic(start(), classic29, request)).toEqual([after, prediction])
  })

  it('asks nothing after a miss, until the next FROM', () => {
    const text = 'FROM base\nRUN a\nRUN b\nFROM base\nRUN c\n'
    const [after] = predict(start(), ask(text))
    expect(statuses(after, ask(text.replace('RUN a', 'RUN x')))).toEqual([
      'not-cacheable',
      'miss',
      'not-probed',
      'not-cacheable',
      'hit',
    ])
  })

  it('1.13 goes on asking nothing after FROM', () => {
    const request = (text: string) => ask(text, { engine: 'docker1_13' })
    const text = 'FROM base\nRUN a\nFROM base\nRUN c\n'
    const [after] = predict(start(), request(text))
    expect(statuses(after, request(text.replace('RUN a', 'RUN x')))).toEqual([
      'not-cacheable',
      'miss',
      'not-cacheable',
      'not-probed',
    ])
  })

  it('is plain data by the published schema, whatever the outcome', () => {
    const context = contextOf({ a: '1' })
    const texts = [
      'ARG V=1\nFROM base AS one\nCOPY a /\nRUN x\nFROM one\nCOPY --from=one /a /b\n',
      'FROM base\nRUN --mount=type=cache x\n',
      'FROM nothing\n',
      'NOPE',
      'FROM scratch\n',
      'FROM base\nADD https://example.org/x /\n',
      'FROM base\nHEALTHCHECK --interval=3000h CMD x\nRUN more nanoseconds than a number can count\n',
    ]
    for (const text of texts) {
      const [, prediction] = predict(start(), ask(text, { context, cacheFrom: ['ghost'], labels: { l: '1' } }))
      const plain = JSON.parse(JSON.stringify(prediction))
      expect(violations(plain)).toEqual([])
      expect(plain).toEqual(prediction)
    }
  })

  it('says the daemon’s words where the build would fail, and keeps the steps before', () => {
    const [, failed] = predict(start(), ask('FROM base\nRUN a\nCOPY nope /\nRUN b\n'))
    expect(failed.outcome).toBe('failed')
    expect(failed.error).toEqual({
      code: 'context',
      text: 'COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist',
    })
    expect(failed.steps.map(({ status }) => status)).toEqual(['not-cacheable', 'miss', 'error'])
  })

  it.each([
    ['COPY --from=base ../a /', 'COPY failed: forbidden path outside the build context: ../a ()'],
    ['COPY --from=base http://example.org/x /', "COPY failed: source can't be a URL for COPY"],
  ])('knows that %s fails, whatever the image’s files are', (line, text) => {
    const [, { outcome, error }] = predict(start(), ask(`FROM base\n${line}\n`))
    expect([outcome, error]).toEqual(['failed', { code: 'context', text }])
  })

  it('has problems and no steps where the Dockerfile does not parse', () => {
    const [after, { outcome, problems, steps }] = predict(start(), ask('FROM base\nFOO\n'))
    expect([outcome, steps, after.images.size]).toEqual(['unparsed', [], 1])
    expect(problems[0]).toMatchObject({
      text: 'dockerfile parse error line 2: unknown instruction: FOO',
      position: { line: 2 },
    })
  })

  it('depends on output where nobody knows the files of a stage, and is sure where it was predicted before', () => {
    const request = ask('FROM base AS one\nRUN a\nFROM base\nCOPY --from=one /a /b\nRUN c\n')
    const [after, first] = predict(start(), request)
    expect(first.steps.map(({ status }) => status).slice(3)).toEqual(['depends-on-output', 'depends-on-output'])
    expect(statuses(after, request).slice(3)).toEqual(['hit', 'hit'])
    const known = { ...request, files: () => mountedTree({ a: 'content' }) }
    expect(statuses(after, known).slice(3)).toEqual(['miss', 'not-probed'])
  })

  it('runs the triggers of its base first', () => {
    const state = start({ ...base, config: { ...base.config, OnBuild: ['RUN t', 'ENV T=1'] } })
    const [, { steps, image }] = predict(state, ask('FROM base\nRUN a\n'))
    expect(steps.map(({ number, trigger, text }) => [number, trigger, text])).toEqual([
      [1, undefined, 'FROM base'],
      [1, 0, 'RUN t'],
      [1, 1, 'ENV T=1'],
      [2, undefined, 'RUN a'],
    ])
    expect(image).toBeDefined()
  })

  it('takes what the caller says of the steps that run', () => {
    const run = () => ({ outcome: 'error', text: "The command '/bin/sh -c a' returned a non-zero code: 1" }) as const
    const [after, { error, steps }] = predict(start(), ask('FROM base\nRUN a\nRUN b\n', { run }))
    expect(error).toEqual({ code: 'executed', text: "The command '/bin/sh -c a' returned a non-zero code: 1" })
    expect(steps.map(({ status }) => status)).toEqual(['not-cacheable', 'miss'])
    expect(after.images.size).toBe(1)
  })

  it('warns of build arguments that nothing used', () => {
    const [, { warnings }] = predict(start(), ask('FROM base\nARG B\n', { buildArgs: { Z: '1', A: '1', B: '1' } }))
    expect(warnings).toEqual(['[Warning] One or more build-args [A Z] were not consumed'])
  })
})

describe('whatIf', () => {
  it('asks every engine, and they differ where their rules do', () => {
    const request = ask('FROM base\nHEALTHCHECK CMD x\n', { engine: 'docker29' })
    const [after] = predict(start(), request)
    const hits = whatIf(after, request).filter(({ steps }) => steps[1]!.status === 'hit')
    expect(hits.map(({ engine }) => engine)).toEqual(['docker25_0_0', 'docker25', 'docker26', 'docker29'])
  })

  it('refuses an engine that does not exist', () => {
    const engine = 'docker99' as 'docker20'
    expect(() => predict(start(), ask('FROM base\n', { engine }))).toThrow(
      expect.toSatisfy((error: unknown) => isLayerfoldError(error) && error.code === 'engine-unknown'),
    )
  })
})
