import { emptyStore, findTagged } from 'layerfold'
import { predict } from 'layerfold/predict'
import { describe, expect, it } from 'vitest'
import { ask, contextIn, fieldOf, readBuildArgs, words } from '../../examples/browser-simulator/model/ask.ts'
import { missingImage, withBase } from '../../examples/browser-simulator/model/base.ts'
import { afterBuild, tagFault } from '../../examples/browser-simulator/model/build.ts'
import { compareMoments, isNothing } from '../../examples/browser-simulator/model/compare.ts'
import { differenceOf, lineChanges } from '../../examples/browser-simulator/model/difference.ts'
import { samples } from '../../examples/browser-simulator/model/samples.ts'
import {
  back,
  forth,
  type Inputs,
  momentAt,
  noFlags,
  type State,
  withDraft,
  withMoments,
  withNext,
  withoutMoment,
} from '../../examples/browser-simulator/model/state.ts'
import { candidatesOf, configRows, textOf } from '../../examples/browser-simulator/model/step.ts'
import { placeMoments } from '../../examples/browser-simulator/model/timeline.ts'
import { contentOf, fromPicker, readMode } from '../../examples/browser-simulator/model/upload.ts'
import { disagreements, reuse, verdictsOf } from '../../examples/browser-simulator/model/verdicts.ts'
import { contextOf } from '../../src/dockerfile/context.ts'

const sample = (name: string): State => samples.find((each) => each.name === name)!.make()

function requestOf(inputs: Inputs) {
  const asked = ask(inputs)
  if (asked.outcome === 'error') throw new Error(asked.text)
  return asked.request
}

function verdictsIn(state: State): string[] {
  const { images, draft } = momentAt(state)
  return verdictsOf(predict({ images }, requestOf(draft))[1]).map(({ word }) => word)
}

const edited = (state: State, change: (inputs: Inputs) => Partial<Inputs>): State => {
  const { draft } = momentAt(state)
  return withDraft(state, { ...draft, ...change(draft) })
}

describe('the scenarios show what they say', () => {
  it('COPY too early: an edit costs npm ci, and no more once package.json is copied first', () => {
    const start = sample('copy-too-early')
    expect(verdictsIn(start)).toEqual(['base', 'HIT local', 'MISS', 'not probed', 'not probed', 'not probed'])
    const better = edited(start, ({ dockerfile }) => ({
      dockerfile: dockerfile.replace('COPY . .\nRUN npm ci\n', 'COPY package*.json ./\nRUN npm ci\nCOPY . .\n'),
    }))
    const built = afterBuild(better)
    const again = edited(built, ({ files }) => ({ files: { ...files, 'src/index.js': { content: '1', mode: 0o644 } } }))
    expect(verdictsIn(again)).toEqual([
      'base',
      'HIT local',
      'HIT local',
      'HIT local',
      'MISS',
      'not probed',
      'not probed',
    ])
  })

  it('ARG before RUN: a version that nothing reads makes RUN miss', () => {
    expect(verdictsIn(sample('arg-before-run')).slice(0, 3)).toEqual(['base', 'HIT local', 'MISS'])
  })

  it('--cache-from tail: 1.13 does not take the last steps, later ones do', () => {
    const state = sample('cache-from-tail')
    expect(verdictsIn(state)).toEqual([
      'base',
      'HIT restored',
      'HIT restored',
      'HIT restored',
      'HIT restored',
      'HIT source',
    ])
    const old = edited(state, ({ flags }) => ({ flags: { ...flags, engine: 'docker1_13' } }))
    expect(verdictsIn(old).slice(4)).toEqual(['MISS', 'not probed'])
  })

  it('no .dockerignore: the copy hits again once .git and logs stay out', () => {
    const start = sample('no-dockerignore')
    expect(verdictsIn(start)[2]).toBe('MISS')
    const ignore = { content: '.git\n*.log\n', mode: 0o644 }
    const built = afterBuild(edited(start, ({ files }) => ({ files: { ...files, '.dockerignore': ignore } })))
    const log = { content: 'another line\n', mode: 0o644 }
    const again = edited(built, ({ files }) => ({ files: { ...files, 'debug.log': log } }))
    expect(verdictsIn(again)).toEqual(['base', 'HIT local', 'HIT local', 'HIT local', 'HIT local'])
  })

  it('multi-stage: a miss ends with its stage, and COPY --from depends', () => {
    expect(verdictsIn(sample('multi-stage'))).toEqual([
      'base',
      'HIT local',
      'HIT local',
      'HIT local',
      'MISS',
      'not probed',
      'base',
      'HIT local',
      'depends',
      'depends',
    ])
  })

  it('another umask: with the old modes all hits', () => {
    const start = sample('umask')
    expect(verdictsIn(start)[1]).toBe('MISS')
    const back644 = edited(start, ({ files }) => ({
      files: Object.fromEntries(Object.entries(files).map(([path, file]) => [path, { ...file, mode: 0o644 }])),
    }))
    expect(verdictsIn(back644).slice(1)).toEqual(['HIT local', 'HIT local', 'HIT local'])
  })
})

describe('what is asked', () => {
  it('sends the Dockerfile with the context, as the client does', () => {
    const files = { a: { content: '1', mode: 0o644 }, z: { content: '2', mode: 0o600 } }
    expect(contextIn(files, 'FROM x')).toEqual({ context: contextOf({ ...files, Dockerfile: 'FROM x' }) })
  })

  it('says what the client says of a broken .dockerignore', () => {
    const files = { '.dockerignore': { content: '[', mode: 0o644 } }
    expect(ask({ dockerfile: 'FROM scratch', files, flags: noFlags })).toMatchObject({
      outcome: 'error',
      where: 'files',
    })
  })

  it('reads build arguments and names', () => {
    expect(readBuildArgs('A=1=2\n\n B \nC=')).toEqual({ A: '1=2', B: null, C: '' })
    expect(words(' a:1, b\n')).toEqual(['a:1', 'b'])
    expect(fieldOf('failed to reach build target x in Dockerfile', { ...noFlags, target: 'x' })).toBe('target')
    expect(fieldOf('"a/b/c/d" is an invalid component', { ...noFlags, platform: 'a/b/c/d' })).toBe('platform')
    expect(tagFault('App')).toMatch(/lowercase/)
    expect(tagFault('app:1')).toBeUndefined()
  })

  it('finds the name that a stand-in would have', () => {
    const { images } = momentAt(sample('umask'))
    const [, { error }] = predict({ images }, requestOf({ dockerfile: 'FROM ghost:1', files: {}, flags: noFlags }))
    expect(missingImage(error!.text)).toBe('ghost:1')
    expect(findTagged(withBase(images, 'ghost:1'), 'ghost:1')).toBeDefined()
  })

  it('reads uploads: modes, texts, paths below the folder', () => {
    expect([readMode('0755'), readMode('644'), readMode('9'), readMode('')]).toEqual([
      0o755,
      0o644,
      undefined,
      undefined,
    ])
    expect(contentOf(new TextEncoder().encode('\ufeffé'))).toBe('\ufeffé')
    expect(contentOf(new Uint8Array([0xff, 1]))).toEqual(new Uint8Array([0xff, 1]))
    const file = Object.defineProperty(new File(['x'], 'b'), 'webkitRelativePath', { value: 'top/a/b' })
    expect(fromPicker([file])[0]!.path).toBe('a/b')
  })
})

describe('the timeline', () => {
  it('goes back and forth, forks, and keeps what was typed at each moment', () => {
    const start = sample('copy-too-early')
    const built = afterBuild(start)
    expect(momentAt(built).label).toBe('Build, 1 of 5 reused')
    expect(reuse(predict({ images: momentAt(built).images }, requestOf(momentAt(built).draft))[1])).toEqual({
      hits: 5,
      of: 5,
    })
    const typed = edited(built, () => ({ dockerfile: 'FROM node:20\n' }))
    const before = back(typed)
    expect(momentAt(before).draft).toBe(momentAt(start).draft)
    expect(momentAt(forth(before)).draft.dockerfile).toBe('FROM node:20\n')
    const fork = afterBuild(before)
    expect(momentAt(fork).parent).toBe('2')
    expect(placeMoments(fork.moments).map(({ column, row, drop }) => [column, row, drop])).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
      [2, 1, 1],
    ])
    expect(withoutMoment(fork).at).toBe('2')
    expect(withoutMoment(back(fork)).moments).toHaveLength(1)
  })

  it('takes moments from elsewhere beside its own', () => {
    const both = withMoments(sample('umask'), sample('multi-stage'))
    expect(both.moments.map(({ id, parent }) => [id, parent])).toEqual([
      ['1', undefined],
      ['2', '1'],
      ['3', undefined],
      ['4', '3'],
    ])
    expect(both.at).toBe('4')
  })

  it('compares two moments', () => {
    const start = sample('copy-too-early')
    const one = momentAt(start)
    const two = momentAt(afterBuild(start))
    expect(isNothing(compareMoments(one, one))).toBe(true)
    const { added, removed, tags, files } = compareMoments(one, two)
    expect([added.length, removed.length, tags.map(({ name }) => name), files.length]).toEqual([
      4,
      0,
      ['app:latest'],
      0,
    ])
    const [before] = start.moments
    expect(compareMoments(before!, one).files).toEqual([{ path: 'src/index.js', what: 'content' }])
    const other = withNext(start, { label: 'Fork' })
    const typed = edited(other, ({ flags }) => ({ dockerfile: 'FROM a', flags: { ...flags, target: 'x' } }))
    expect(compareMoments(one, momentAt(typed)).flags).toEqual([{ name: 'target', was: '', now: 'x' }])
  })
})

describe('what is shown of a step', () => {
  it('has the answer among the candidates of a hit, and the difference among those of a miss', () => {
    const { images, draft } = momentAt(sample('copy-too-early'))
    const request = requestOf(draft)
    const [after, prediction] = predict({ images }, request)
    const stores = { before: images, after: after.images }
    const hit = candidatesOf(stores, request, prediction.steps[1]!)
    expect(hit.list).toMatchObject([{ isAnswer: true, madeBy: 'WORKDIR /app', from: 'local' }])
    const miss = candidatesOf(stores, request, prediction.steps[2]!)
    expect(miss.list).toMatchObject([{ isAnswer: false, why: 'differs in the step' }])
    const rows = configRows(prediction.steps[2]!.config!, miss.list[0]!.differences)
    expect(rows.find(({ field }) => field === 'Cmd')!.stored).toMatch(/^\/bin\/sh\n-c\n#\(nop\) COPY dir:/)
    expect(rows.map(({ field }) => field)).not.toContain('Tty')
  })

  it('writes histories as people would', () => {
    expect(textOf('/bin/sh -c #(nop)  ENV A=1')).toBe('ENV A=1')
    expect(textOf('|1 V=1 /bin/sh -c make')).toBe('RUN make')
    expect(textOf(`/bin/sh -c #(nop) COPY dir:${'a'.repeat(64)} in /app `)).toBe('COPY dir:aaaaaaaa… in /app')
  })

  it('marks what differs', () => {
    expect(differenceOf('ENV A=1 B', 'ENV A=22 B')).toEqual({ before: 'ENV A=', was: '1', now: '22', after: ' B' })
    expect(differenceOf('aa', 'aaa')).toEqual({ before: 'aa', was: '', now: 'a', after: '' })
    expect(lineChanges('a\nb\nc', 'a\nx\nc').map(({ kind, text }) => kind[0] + text)).toEqual(['sa', 'gb', 'nx', 'sc'])
  })

  it('says which engines differ, and a problem at its line', () => {
    const { images, draft } = momentAt(sample('cache-from-tail'))
    const request = requestOf(draft)
    const [now, old] = (['docker20', 'docker1_13'] as const).map(
      (engine) => predict({ images }, { ...request, engine })[1],
    )
    expect(disagreements(now!, [now!, old!])).toEqual([[], [], [], [], ['docker1_13'], ['docker1_13']])
    const [, broken] = predict({ images: emptyStore() }, { ...request, dockerfile: 'FROM a\nFOO\n' })
    expect(verdictsOf(broken)).toMatchObject([{ line: 2, status: 'problem', step: -1 }])
  })
})
