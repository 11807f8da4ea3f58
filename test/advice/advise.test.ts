import { describe, expect, it } from 'vitest'
import { type AdviceRequest, advise, type BuildEdit } from '../../src/advice/advise.ts'
import { contextOf, type Files } from '../../src/dockerfile/context.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'

const BASE = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}'

function withBase() {
  const [store, made] = createImage(emptyStore(), encoder.encode(BASE))
  if (made.outcome === 'error') throw new Error(made.text)
  return { images: tagImage(store, 'node:20', made.id) }
}

const FILES: Files = { 'package.json': '{}', 'package-lock.json': '{"v":1}', 'src/index.js': 'one()' }
const encoder = new TextEncoder()

function sent(changed: Files = {}) {
  const files: Files = { ...FILES, ...changed }
  return { context: contextOf(files), contentOf: (path: string) => encoder.encode(files[path] as string) }
}

const dockerfile = (...lines: string[]): string => ['FROM node:20', ...lines, ''].join('\n')

function ask(file: string, edit: BuildEdit, request: Partial<AdviceRequest> = {}) {
  return advise(withBase(), { dockerfile: file, ...sent(), ...request }, edit)
}

const EDITED = sent({ 'src/index.js': 'two()' })
const EARLY = dockerfile('WORKDIR /app', 'COPY . .', 'RUN npm ci \\', '  --no-audit', 'RUN npm run build')

describe('advice', () => {
  it('says what each engine runs again', () => {
    const { engines } = ask(EARLY, EDITED)
    expect(engines.map(({ engine, steps }) => [engine, steps.map(({ instruction }) => instruction).join(' ')])).toEqual(
      [
        ['docker20', 'COPY RUN RUN'],
        ['docker26', 'COPY RUN RUN'],
        ['buildkit', 'COPY RUN RUN'],
        ['buildkit0_11', 'COPY RUN RUN'],
        ['buildah', 'COPY RUN RUN'],
      ],
    )
  })

  it('puts the installation before the sources, with all its lines', () => {
    const [first] = ask(EARLY, EDITED).suggestions
    expect(first).toMatchObject({ code: 'dependencies-first', position: { line: 3 }, refusedBy: [] })
    expect(first!.dockerfile).toBe(
      dockerfile(
        'WORKDIR /app',
        'COPY package.json package-lock.json ./',
        'RUN npm ci \\',
        '  --no-audit',
        'COPY . .',
        'RUN npm run build',
      ),
    )
    expect(first!.saves).toEqual(
      ['docker20', 'docker26', 'buildkit', 'buildkit0_11', 'buildah'].map((engine) => ({ engine, steps: 1 })),
    )
    expect(first!.sentence).toMatch(/^Copy package.json and package-lock.json alone, then “RUN npm ci/)
  })

  it('keeps what the COPY says of owners, and a destination with a blank', () => {
    const file = dockerfile('COPY --chown=1:1 [".", "/my app"]', 'RUN npm ci')
    const [first] = ask(file, EDITED).suggestions
    expect(first!.dockerfile).toBe(
      dockerfile(
        'COPY --chown=1:1 ["package.json","package-lock.json","/my app/"]',
        'RUN npm ci',
        'COPY --chown=1:1 [".", "/my app"]',
      ),
    )
  })

  it('takes an argument whose name is none', () => {
    const file = dockerfile('ARG a(b=1', 'RUN make', 'LABEL a=$a')
    expect(ask(file, {}).suggestions).toEqual([])
  })

  it('does not when the edit is one of the dependencies', () => {
    const edit = sent({ 'package-lock.json': '{"v":2}' })
    expect(ask(EARLY, edit).suggestions.map(({ code }) => code)).not.toContain('dependencies-first')
  })

  it('declares an argument where it is first read', () => {
    const file = dockerfile('ARG COMMIT', 'RUN apt-get update', 'RUN make', 'LABEL commit=$COMMIT')
    const { engines, suggestions } = ask(file, { buildArgs: { COMMIT: '2' } }, { buildArgs: { COMMIT: '1' } })
    const suggestion = suggestions.find(({ code }) => code === 'arg-late')!
    expect(suggestion.dockerfile).toBe(
      dockerfile('RUN apt-get update', 'RUN make', 'ARG COMMIT', 'LABEL commit=$COMMIT'),
    )
    for (const { engine, steps } of engines) {
      const saved = suggestion.saves.find((each) => each.engine === engine)
      expect([engine, saved?.steps]).toEqual([engine, steps.length > 0 ? steps.length : undefined])
    }
    expect(suggestion.saves.find(({ engine }) => engine === 'docker20')).toEqual({ engine: 'docker20', steps: 2 })
  })

  it('leaves an argument that is read at once, and one whose value stays', () => {
    const read = dockerfile('ARG COMMIT', 'RUN echo $COMMIT', 'RUN make')
    const edit = { buildArgs: { COMMIT: '2' } }
    expect(ask(read, edit, { buildArgs: { COMMIT: '1' } }).suggestions).toEqual([])
    const late = dockerfile('ARG COMMIT', 'RUN make', 'LABEL commit=$COMMIT')
    expect(ask(late, {}, { buildArgs: { COMMIT: '1' } }).suggestions).toEqual([])
  })

  it('keeps out of the context what the image does not need', () => {
    const file = dockerfile('COPY . /app', 'RUN make')
    const [before, edit] = ['one', 'two'].map((text) => sent({ 'docs/a.md': text, '.dockerignore': 'dist\n' }))
    const [first] = ask(file, edit!, before).suggestions
    expect(first).toMatchObject({ code: 'dockerignore', dockerfile: file, dockerignore: 'dist\n**/*.md\n' })
    expect(first!.saves.map(({ engine, steps }) => [engine, steps])).toEqual(
      ['docker20', 'docker26', 'buildkit', 'buildkit0_11', 'buildah'].map((engine) => [engine, 2]),
    )
  })

  it('links copies where the engine does, and says which refuse', () => {
    const file = dockerfile('RUN echo 1', 'COPY src /app')
    const edit = { dockerfile: dockerfile('RUN echo 2', 'COPY src /app') }
    const suggestion = ask(file, edit).suggestions.find(({ code }) => code === 'copy-link')!
    expect(suggestion.dockerfile).toBe(dockerfile('RUN echo 1', 'COPY --link src /app'))
    expect(suggestion.saves).toEqual([{ engine: 'buildkit0_11', steps: 1 }])
    expect(suggestion.refusedBy).toEqual(['docker20', 'buildkit', 'buildah'])
  })

  it('has nothing to say of what already stays, and changes nothing that it is given', () => {
    const request = Object.freeze({ dockerfile: EARLY, ...sent() })
    expect(advise(withBase(), request, {}).suggestions).toEqual([])
    expect(advise(withBase(), request, {}).engines.every(({ steps }) => steps.length === 0)).toBe(true)
  })

  it('tells the words of an engine that refuses the file', () => {
    const { engines, suggestions } = ask('FROM node:20\nBOGUS\n', {})
    expect(engines.map(({ error }) => error)).toContain('dockerfile parse error line 2: unknown instruction: BOGUS')
    expect(suggestions).toEqual([])
  })
})
