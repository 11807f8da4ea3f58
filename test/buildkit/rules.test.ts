import { expect, it } from 'vitest'
import { pruneBuildkit } from '../../src/buildkit/build.ts'
import { contextOf, type Files } from '../../src/dockerfile/context.ts'
import { type EngineState, predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'

const raw = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}'
const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
if (made.outcome === 'error') throw new Error(made.text)
const start: EngineState = { images: tagImage(store, 'base', made.id) }

const ask = (dockerfile: string, files: Readonly<Record<string, string>> = {}) => ({
  engine: 'buildkit' as const,
  dockerfile,
  context: contextOf(files),
  contentOf: (path: string) => new TextEncoder().encode(files[path]),
})

const askFor = (files: Files, dockerfile: string) => ({
  engine: 'buildkit' as const,
  dockerfile,
  context: contextOf(files),
  contentOf: () => new Uint8Array(),
})

it('a stage whose result was pruned is not needed while what was copied from it is there', () => {
  const request = ask('FROM base AS s\nCOPY f /f\nFROM base\nCOPY --from=s /f /g\n', { f: '1' })
  const [after] = predict(start, request)
  const pruned = { ...after, buildkit: pruneBuildkit(after.buildkit!, false) }
  const [, { steps }] = predict(pruned, request)
  expect(steps.filter(({ instruction }) => instruction === 'COPY').map(({ status }) => status)).toEqual(['hit', 'hit'])
})

it('a pruned stage is not run to look at its files while its key leads to what is there', () => {
  const mounting = (stage: string, command: string) => `COPY f /\nRUN --mount=from=${stage},target=/m ${command}\n`
  const request = ask(
    `FROM base AS s0\nCOPY f /\nRUN one\nFROM base AS s1\n${mounting('s0', 'two')}FROM base\n${mounting('s1', 'three')}`,
    { f: '1' },
  )
  const [after] = predict(start, request)
  const pruned = { ...after, buildkit: pruneBuildkit(after.buildkit!, false) }
  const [, { steps }] = predict(pruned, request)
  expect(steps.filter(({ status }) => status !== 'not-cacheable').map(({ status }) => status)).toEqual(
    Array.from({ length: 6 }, () => 'hit'),
  )
})

it('what a stage says ONBUILD runs in the stage that begins with it', () => {
  const [, { steps }] = predict(start, ask('FROM base AS s\nONBUILD RUN one\nFROM s\nRUN two\n'))
  expect(steps.filter(({ instruction }) => instruction === 'RUN').map(({ text, trigger }) => [text, trigger])).toEqual([
    ['RUN one', 0],
    ['RUN two', undefined],
  ])
})

it('a hard link whose target is not sent is the file itself', () => {
  const files = {
    'd/a': 'text',
    'd/h': { type: 'hardlink', link: 'd/a' },
    'd/i': { type: 'hardlink', link: 'd/a' },
  } as const
  const contentOf = (path: string) => (path === 'd/a' ? new TextEncoder().encode('text') : undefined)
  const built = (dockerfile: string, sent: Files) =>
    predict(start, { engine: 'buildkit', dockerfile, context: contextOf(sent), contentOf })
  const [after, { outcome }] = built('FROM base\nCOPY d/h /h\n', files)
  expect(outcome).toBe('built')
  const same = {
    engine: 'buildkit',
    dockerfile: 'FROM base\nCOPY d/a /h\n',
    context: contextOf(files),
    contentOf,
  } as const
  const digests = (state: EngineState): unknown[] =>
    Object.values(state.buildkit!.contexts['.']!.files).map(({ digest }) => digest)
  expect(digests(after)).toEqual(digests(predict(start, same)[0]))
  const { entries } = contextOf({ ...files, '.dockerignore': 'd/a' })
  expect(entries.map(({ path, type, link, size }) => [path, type, link, size])).toEqual([
    ['.dockerignore', 'file', undefined, 3],
    ['d/', 'directory', undefined, 0],
    ['d/h', 'file', undefined, 4],
    ['d/i', 'hardlink', 'd/h', 0],
  ])
})

it('what the context lacks ends the build with the first step that must run, and no later one has run', () => {
  const dockerfile = 'FROM base\nRUN a\nRUN b\nCOPY nope /n\n'
  const runs = (state: EngineState, files: Readonly<Record<string, string>>) => {
    const [next, { outcome, error, steps }] = predict(state, ask(dockerfile, files))
    return { next, outcome, error: error?.text, steps: steps.slice(1).map(({ status }) => status) }
  }
  const { next, ...failed } = runs(start, { other: '1' })
  expect(failed).toEqual({
    outcome: 'failed',
    error: 'failed to compute cache key: "/nope" not found: not found',
    steps: ['miss', 'hit', 'error'], // the daemon shows a step that it did not need as CACHED
  })
  expect(runs(next, { nope: '1' })).toMatchObject({ outcome: 'built', steps: ['hit', 'miss', 'miss'] })
})

it('a mount takes a number for the name of an image, where COPY takes it for a stage', () => {
  const [, { error }] = predict(start, ask('FROM base\nFROM base\nRUN --mount=from=0,target=/m a\n'))
  expect(error?.text).toBe('0: No such image: 0:latest')
  expect(predict(start, ask('FROM base\nFROM base\nCOPY --from=0 / /m\n'))[1].outcome).toBe('built')
})

it('a symlink that leads below itself ends the build', () => {
  const [, { error }] = predict(start, askFor({ a: { link: 'a/b' } }, 'FROM base\nCOPY a /\n'))
  expect(error?.text).toBe('failed to compute cache key: too many links')
})

it('of two paths that lead over one symlink, what the second is at is not sent', () => {
  const files = { 't/x': 'x', 't/y': 'y', link: { link: 't' } }
  const through = (dockerfile: string) => predict(start, askFor(files, dockerfile))[1].error?.text
  expect(through('FROM base\nCOPY link/y link/x /z/\n')).toBe(
    'failed to compute cache key: "/link/y" not found: not found',
  )
  expect(through('FROM base\nCOPY link/y /y\nCOPY link /l\n')).toBeUndefined()
})

it('looks at a large context once, however many files are copied one by one', () => {
  const files = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`d${at % 100}/f${at}`, '']))
  const lines = Array.from({ length: 200 }, (_, at) => `COPY d${at % 100}/f${at} /\n`)
  const [, { outcome, steps }] = predict(start, askFor(files, `FROM base\n${lines.join('')}`))
  expect([outcome, steps.length]).toEqual(['built', 201])
})
