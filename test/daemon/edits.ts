/** Builds of one growing Dockerfile, each an edit of the one before: by a seed, so that a disagreement can be built again. */
import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RecordedFile } from '../conformance/engine-recording.ts'

export interface EditedBuild {
  readonly title: string
  readonly dockerfile: string
  /** Of the context. */
  readonly files: readonly RecordedFile[]
  readonly args: readonly string[]
}

/**
 * With its Dockerfile among the files. Its time is that of the edit: BuildKit is not sent a file of equal size and time, and builds the one that it has.
 */
export function withDockerfile<Build extends EditedBuild>(build: Build, index: number): Build {
  const { dockerfile: content, files } = build
  const own = { path: 'Dockerfile', type: 'file', mode: '0644', uid: 0, gid: 0, mtime: index + 1, content } as const
  return { ...build, files: [own, ...files] }
}

/** The folder stays, as the daemon compares with what it sent last. */
export function writeContext(folder: string, context: readonly RecordedFile[]): void {
  for (const path of ['dir', ...context.map(({ path }) => path)])
    rmSync(join(folder, path), { recursive: true, force: true })
  for (const { path, type, mode, content = '' } of context) {
    const file = join(folder, path)
    mkdirSync(type === 'dir' ? file : dirname(file), { recursive: true })
    if (type === 'file') writeFileSync(file, content)
    chmodSync(file, Number.parseInt(mode, 8))
  }
  for (const { path, mtime } of [...context].reverse()) utimesSync(join(folder, path), mtime, mtime)
}

interface Draft {
  readonly steps: readonly (readonly string[])[]
  readonly files: ReadonlyMap<string, { readonly content: string; readonly mode: string; readonly mtime: number }>
  readonly value: string
}

export type Random = (below: number) => number

export function* editedBuilds(seed: number, count: number): Generator<EditedBuild> {
  const random = randomOf(seed)
  const past: Draft[] = [start()]
  yield shown('as it begins', past[0]!)
  for (let at = 1; at < count; at++) {
    const [title, edit] = EDITS[random(EDITS.length)]!
    const next = edit(past.at(-1)!, random, at, past)
    past.push(next)
    yield shown(title, next)
  }
}

/** mulberry32 */
export function randomOf(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Two stages and one that copies from both; what each step writes is told by its text alone. */
function start(): Draft {
  const file = (content: string) => ({ content, mode: '0644', mtime: 1_500_000_000 })
  return {
    steps: [
      ['WORKDIR /s0', 'COPY a.txt dir /s0/', 'RUN echo s0 > /s0/out', 'RUN cat /s0/a.txt > /s0/copy'],
      ['ARG V', 'ENV E=1', 'COPY b.txt /b', 'RUN echo s1 > /out', 'RUN mkdir /late'],
      [
        'COPY --from=s0 /s0/copy /from0',
        'COPY --from=s1 /out /from1',
        'COPY . /all',
        'RUN echo s2 > /end',
        'LABEL l=1',
      ],
    ],
    files: new Map([
      ['a.txt', file('a')],
      ['b.txt', file('b')],
      ['dir/c.txt', file('c')],
      ['other.txt', file('other')],
    ]),
    value: '1',
  }
}

type Edit = (draft: Draft, random: Random, at: number, past: readonly Draft[]) => Draft

const EDITS: readonly (readonly [title: string, edit: Edit])[] = [
  ['as it was', (_, random, __, past) => pick(past, random)],
  ['nothing', (draft) => draft],
  [
    'a file',
    (draft, random, at) => withFile(draft, pick([...draft.files.keys()], random), { content: `edit ${at}`, mtime: at }),
  ],
  [
    'a mode',
    (draft, random) =>
      withFile(draft, pick([...draft.files.keys()], random), { mode: pick(['0600', '0755', '0644'], random) }),
  ],
  ['a time', (draft, random, at) => withFile(draft, pick([...draft.files.keys()], random), { mtime: at })],
  ['a new file', (draft, _, at) => withFile(draft, `dir/new-${at}.txt`, { content: 'new', mode: '0644', mtime: at })],
  ['an argument', (draft, _, at) => ({ ...draft, value: String(at % 3) })],
  [
    'a command',
    (draft, random, at) =>
      withSteps(draft, random, (step) => step.replace(/^RUN echo (\w+).*? >/, `RUN echo $1 ${at} >`)),
  ],
  ['a variable', (draft, random, at) => withSteps(draft, random, (step) => step.replace(/^ENV E=.*/, `ENV E=${at}`))],
  ['a label', (draft, random, at) => withSteps(draft, random, (step) => step.replace(/^LABEL l=.*/, `LABEL l=${at}`))],
  [
    'a new step',
    (draft, random, at) => {
      const stage = random(draft.steps.length)
      const place = 1 + random(draft.steps[stage]!.length)
      const steps = draft.steps.map((own, index) =>
        index === stage ? [...own.slice(0, place), `RUN echo ${at} > /new-${stage}-${at}`, ...own.slice(place)] : own,
      )
      return { ...draft, steps }
    },
  ],
]

const pick = <T>(all: readonly T[], random: Random): T => all[random(all.length)]!

function withFile(draft: Draft, path: string, change: object): Draft {
  const file = { content: '', mode: '0644', mtime: 0, ...draft.files.get(path), ...change }
  return { ...draft, files: new Map(draft.files).set(path, file) }
}

/** In one stage, by chance. */
function withSteps(draft: Draft, random: Random, edit: (step: string) => string): Draft {
  const stage = random(draft.steps.length)
  return { ...draft, steps: draft.steps.map((own, index) => (index === stage ? own.map(edit) : own)) }
}

function shown(title: string, { steps, files, value }: Draft): EditedBuild {
  const dockerfile = steps.map((own, index) => [`FROM base AS s${index}`, ...own, ''].join('\n')).join('')
  const entry = { uid: 0, gid: 0 }
  return {
    title,
    dockerfile,
    files: [
      { path: 'dir', type: 'dir', mode: '0755', mtime: 1, ...entry },
      ...Array.from(files, ([path, file]): RecordedFile => ({ path, type: 'file', ...file, ...entry })),
    ],
    args: ['--build-arg', `V=${value}`],
  }
}
