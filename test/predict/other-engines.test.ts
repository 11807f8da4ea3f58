import { describe, expect, it } from 'vitest'
import { inlineRecords } from '../../src/buildkit/export.ts'
import type { OperationRun } from '../../src/buildkit/request.ts'
import { contextOf, type Files } from '../../src/dockerfile/context.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { explain } from '../../src/explain/explain.ts'
import type { EngineRequest, EngineState, PredictionRequest } from '../../src/predict/predict.ts'
import { predict, whatIf } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'
import { violations } from './schema.ts'

const BASE = `{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:${'1'.repeat(64)}"]},"history":[{"created":"2026-01-01T00:00:00Z","created_by":"base"}]}`

function startState(): EngineState {
  const [images, made] = createImage(emptyStore(), new TextEncoder().encode(BASE))
  if (made.outcome === 'error') throw new Error(made.text)
  return { images: tagImage(images, 'base', made.id) }
}

function sent(dockerfile: string, files: Record<string, string> = {}): EngineRequest {
  const specs: Files = Object.fromEntries(
    Object.entries({ Dockerfile: dockerfile, ...files }).map(([path, content]) => [path, { content, mtime: content }]),
  )
  const contents = { Dockerfile: dockerfile, ...files } as Record<string, string>
  return {
    dockerfile,
    context: contextOf(specs),
    contentOf: (path) => (contents[path] === undefined ? undefined : new TextEncoder().encode(contents[path])),
  }
}

/** Builds the first, then asks about the second: statuses of its steps without FROM, and what is said of them. */
function edit(engine: PredictionRequest['engine'], first: EngineRequest, second: EngineRequest) {
  const [before] = predict(startState(), { ...first, engine })
  const request = { ...second, engine }
  const predicted = predict(before, request)
  expect(violations(JSON.parse(JSON.stringify(predicted[1])))).toEqual([])
  const reasons = explain(before, request, predicted)
  return {
    statuses: predicted[1].steps.slice(1).map(({ status }) => status),
    causes: reasons.map(({ cause, sentence }) => {
      expect(sentence).toMatch(/\.$/)
      return [cause.code, cause.name].filter(Boolean).join(' ')
    }),
  }
}

const LINES = ['FROM base', 'ARG V=1', 'RUN make', 'COPY f /f', 'LABEL l=1', 'RUN test']
const text = (...changes: [at: number, line: string][]): string => {
  const lines = [...LINES]
  for (const [at, line] of changes) lines[at] = line
  return lines.join('\n')
}

describe.each(['buildkit', 'buildkit0_11', 'buildah'] as const)('%s', (engine) => {
  it('hits every step of the build before', () => {
    const request = sent(text(), { f: '1' })
    const { statuses, causes } = edit(engine, request, request)
    expect(new Set(statuses)).toEqual(new Set(engine === 'buildah' ? ['hit'] : ['not-cacheable', 'hit']))
    expect(causes).toEqual([])
  })

  it('asks nothing of --no-cache', () => {
    const request = sent(text(), { f: '1' })
    const { causes } = edit(engine, request, { ...request, noCache: true })
    expect(new Set(causes)).toEqual(new Set(['no-cache']))
  })
})

describe('buildkit', () => {
  it.each([
    ['a label', text([4, 'LABEL l=2']), '1', ['not-cacheable', 'hit', 'hit', 'not-cacheable', 'hit'], []],
    [
      'an argument',
      text([1, 'ARG V=2']),
      '1',
      ['not-cacheable', 'miss', 'miss', 'not-cacheable', 'miss'],
      ['env V', 'input-new', 'input-new'],
    ],
    [
      'a command',
      text([5, 'RUN retest']),
      '1',
      ['not-cacheable', 'hit', 'hit', 'not-cacheable', 'miss'],
      ['command command'],
    ],
    ['a file', text(), '2', ['not-cacheable', 'hit', 'miss', 'not-cacheable', 'miss'], ['file-changed f', 'input-new']],
    [
      'a destination',
      text([3, 'COPY f /g']),
      '1',
      ['not-cacheable', 'hit', 'miss', 'not-cacheable', 'miss'],
      ['operation-new destination', 'input-new'],
    ],
  ])('tells what %s changes', (_, dockerfile, f, statuses, causes) => {
    expect(edit('buildkit', sent(text(), { f: '1' }), sent(dockerfile, { f }))).toEqual({ statuses, causes })
  })

  it('does not see an edit that keeps size and time', () => {
    const request = sent(text(), { f: '1' })
    const unseen: EngineRequest = { ...request, contentOf: () => new TextEncoder().encode('2') }
    expect(edit('buildkit', request, unseen).statuses).not.toContain('miss')
  })

  it('says on what it depends', () => {
    const lines = (noise: string) =>
      `FROM base AS b\nRUN ${noise}\nRUN make > /out\nFROM base\nCOPY --from=b /out /out\nRUN test`
    const files = mountedTree({ out: 'made' })
    const known: EngineRequest = { ...sent(lines('one')), runOperation: () => ({ outcome: 'ran', files }) }
    const { statuses, causes } = edit('buildkit', known, sent(lines('two')))
    expect(statuses).toEqual(['miss', 'miss', 'not-cacheable', 'depends-on-output', 'depends-on-output'])
    expect(causes).toEqual(['command command', 'input-new', 'depends-on-output step 3', 'depends-on-output step 3'])
    const same = edit('buildkit', known, { ...known, dockerfile: lines('two') })
    expect(same.statuses).toEqual(['miss', 'miss', 'not-cacheable', 'hit', 'hit'])
  })

  it('counts owners of copied files since 0.11', () => {
    const lines = (noise: string) => `FROM base AS b\nRUN ${noise}\nFROM base\nCOPY --from=b /out /out`
    const ran = (uid: number) => (): OperationRun => ({
      outcome: 'ran',
      files: mountedTree({ out: { content: '', uid } }),
    })
    const first = { ...sent(lines('one')), runOperation: ran(0) }
    const second = { ...sent(lines('two')), runOperation: ran(5) }
    expect(edit('buildkit', first, second).statuses.at(-1)).toBe('hit')
    expect(edit('buildkit0_11', first, second).statuses.at(-1)).toBe('miss')
  })

  it('copies with --link whatever is below', () => {
    const lines = (noise: string) => `FROM base\nRUN ${noise}\nCOPY --link f /f\nRUN test`
    const { statuses } = edit('buildkit0_11', sent(lines('one'), { f: '1' }), sent(lines('two'), { f: '1' }))
    expect(statuses).toEqual(['miss', 'hit', 'miss'])
  })

  it.each(['RUN', 'COPY'])('reads the here-documents of %s', (kind) => {
    const lines = (word: string) =>
      `FROM base\n${kind === 'RUN' ? 'RUN <<END' : 'COPY <<END /f'}\n${word}\nEND\nRUN test`
    expect(edit('buildkit0_11', sent(lines('one')), sent(lines('one'))).statuses).toEqual(['hit', 'hit'])
    expect(edit('buildkit0_11', sent(lines('one')), sent(lines('two'))).statuses[1]).not.toBe('hit')
  })

  it('asks caches of others too', () => {
    const request = sent(text(), { f: '1' })
    const [after, prediction] = predict(startState(), { ...request, engine: 'buildkit' })
    const caches = [inlineRecords(prediction, after.images)]
    const statuses = predict(startState(), { ...request, caches, engine: 'buildkit' })[1].steps.map(({ via }) => via)
    expect(statuses.filter((via) => via !== undefined)).toEqual(['unneeded', 'unneeded', 'restored'])
    const next = predict(predict(startState(), { ...request, caches, engine: 'buildkit' })[0], {
      ...request,
      engine: 'buildkit',
    })[1]
    expect(next.steps.at(-1)).toMatchObject({ status: 'hit', via: 'content' })
  })

  it('needs nothing of a stage that nobody reaches', () => {
    const [, prediction] = predict(startState(), {
      ...sent('FROM base\nFROM nowhere\nFROM base AS t\nRUN x'),
      target: 't',
      engine: 'buildkit',
    })
    expect(prediction.steps.map(({ stage, number }) => [stage, number])).toEqual([
      [2, 3],
      [2, 4],
    ])
    expect(prediction.outcome).toBe('built')
  })
})

describe('buildah', () => {
  it('tells that a label changes all that follows', () => {
    const { statuses, causes } = edit('buildah', sent(text(), { f: '1' }), sent(text([4, 'LABEL l=2']), { f: '1' }))
    expect(statuses).toEqual(['hit', 'hit', 'hit', 'miss', 'not-probed'])
    expect(causes).toEqual(['step-new', 'after-miss 5'])
  })

  it('passes images over that are too old', () => {
    const request: EngineRequest = {
      ...sent('FROM base\nRUN make'),
      now: { seconds: 2_000_000_000, nanos: 0, zone: 'Z' },
    }
    expect(edit('buildah', request, { ...request, cacheTTL: 60 }).statuses).toEqual(['miss'])
    expect(edit('buildah', request, request).statuses).toEqual(['hit'])
  })

  it('says on what it depends', () => {
    const request = sent('FROM base AS b\nRUN make\nFROM base\nCOPY --from=b /out /out\nRUN test')
    const known: EngineRequest = {
      ...request,
      runStep: () => ({
        outcome: 'ran',
        created: { seconds: 1, nanos: 0, zone: 'Z' },
        files: mountedTree({ out: '' }),
        diffID: `sha256:${'2'.repeat(64)}` as never,
      }),
    }
    const { statuses } = edit('buildah', known, { ...request, dockerfile: request.dockerfile })
    expect(statuses).toEqual(['hit', 'not-cacheable', 'depends-on-output', 'depends-on-output'])
  })
})

it('whatIf asks each engine', () => {
  const predictions = whatIf(startState(), sent('FROM base\nRUN make'))
  expect(predictions.map(({ engine }) => engine)).toEqual(
    expect.arrayContaining(['docker29_5', 'buildkit', 'buildkit0_11', 'buildah']),
  )
  expect(new Set(predictions.map(({ steps }) => steps[1]!.status))).toEqual(new Set(['miss']))
})
