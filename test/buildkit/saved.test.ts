import { describe, expect, it } from 'vitest'
import type { BuildkitState } from '../../src/buildkit/request.ts'
import { readBuildkit, saveBuildkit } from '../../src/buildkit/saved.ts'
import { contextOf } from '../../src/dockerfile/context.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import { type EngineState, predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'

const raw = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}'
const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
if (made.outcome === 'error') throw new Error(made.text)
const start: EngineState = { images: tagImage(store, 'base', made.id) }

const dockerfile = `FROM base AS s
WORKDIR /w
COPY --chown=5:daemon f __proto__ /w/
RUN --mount=type=cache,target=/c --mount=type=secret,id=s one
FROM base
COPY --from=s /w /w
`

function ask(files: Readonly<Record<string, string>> = { f: '1', ['__proto__']: '2' }) {
  return {
    engine: 'buildkit' as const,
    directory: 'constructor',
    dockerfile,
    context: contextOf(Object.fromEntries(Object.entries(files))),
    contentOf: (path: string) => new TextEncoder().encode(files[path]),
  }
}

const after = predict(start, ask())[0].buildkit!
const throughJSON = (state: BuildkitState): unknown => JSON.parse(JSON.stringify(saveBuildkit(state)))

describe('a saved state', () => {
  it('answers as the one that was saved', () => {
    const read: EngineState = { ...start, buildkit: readBuildkit(throughJSON(after)) }
    const same = predict({ ...start, buildkit: after }, ask())
    const [next, prediction] = predict(read, ask())
    expect(prediction).toEqual(same[1])
    expect(prediction.steps.map(({ status }) => status)).toEqual([
      'not-cacheable',
      'hit',
      'hit',
      'hit',
      'not-cacheable',
      'hit',
    ])
    expect(saveBuildkit(next.buildkit!)).toEqual(saveBuildkit(same[0].buildkit!))
  })

  it('knows of each file, whatever it is called, how it was sent', () => {
    const { contexts } = readBuildkit(throughJSON(after))
    expect(Object.keys(contexts['constructor']!.files).sort()).toEqual(['__proto__', 'f'])
    const read: EngineState = { ...start, buildkit: readBuildkit(throughJSON(after)) }
    const [, { steps }] = predict(read, ask({ f: '1', ['__proto__']: 'other' }))
    expect(steps.map(({ status }) => status)).toEqual([
      'not-cacheable',
      'hit',
      'miss',
      'miss',
      'not-cacheable',
      'depends-on-output',
    ])
  })

  it('leaves out the files that results hold', () => {
    const [result] = [...(saveBuildkit(after).results[0]?.[1] ?? [])]
    expect(Object.keys(result!).sort()).toEqual(['base', 'number'])
  })
})

type Parts = Record<'links' | 'results' | 'operations' | 'contexts', unknown[][]>

describe('what is no saved state', () => {
  const broken = (change: (saved: Parts) => void): unknown => {
    const saved = throughJSON(after) as Parts
    change(saved)
    return saved
  }

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['another format', broken((saved) => Object.assign(saved, { format: 2 }))],
    ['no numbers', broken((saved) => Object.assign(saved, { built: ['1'] }))],
    ['a link without keys', broken(({ links }) => links.push(['a 0 b ']))],
    ['a result without a number', broken(({ results }) => results.push(['a', [{}]]))],
    [
      'an operation under the name of another',
      broken(({ operations }) => Object.assign(operations[0]!, { 0: operations[1]![0] })),
    ],
    [
      'an operation that lacks a part',
      broken(({ operations }) => operations.push(['a', { text: '', operation: { kind: 'exec' } }])),
    ],
    [
      'an operation of no kind',
      broken(({ operations }) => operations.push(['a', { text: '', operation: { kind: 'x' } }])),
    ],
    ['a file without a type', broken((saved) => Object.assign(saved, { contexts: [['.', [['f', {}]]]] }))],
  ])('%s is refused', (_, saved) => {
    let caught: unknown
    try {
      readBuildkit(saved)
    } catch (error) {
      caught = error
    }
    expect(isLayerfoldError(caught) && caught.code).toBe('cache-malformed')
  })
})
