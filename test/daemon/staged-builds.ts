/**
 * Builds of stages that copy from one another, each an edit of the one before, by a seed. What their steps write is often what it was, though they run again: so it is content
 * that decides.
 */
import { type EditedBuild, type Random, randomOf } from './edits.ts'

export interface StagedBuild extends EditedBuild {
  /** What `docker builder prune` is given before the build. Absent: it is not called. */
  readonly prune?: readonly string[]
}

interface Draft {
  /** Lines of each stage, FROM first. */
  readonly stages: readonly (readonly string[])[]
  /** By path: which content, and the time. */
  readonly files: Readonly<Record<string, readonly [content: number, mtime: number]>>
}

type Change = Partial<Draft> & Pick<StagedBuild, 'prune'> & { readonly args?: readonly string[] }

export function* stagedBuilds(seed: number, count: number): Generator<StagedBuild> {
  const random = randomOf(seed)
  let draft: Draft = { stages: newStages(random), files: { a: [0, 0], b: [0, 0], 'dir/c': [0, 0] } }
  for (let at = 0; at < count; at++) {
    const [title, edit] = EDITS[random(EDITS.length)]!
    const { args = [], prune, ...change } = at === 0 ? {} : edit(draft, random, at)
    draft = { ...draft, ...change }
    yield { ...shown(title, draft), args, ...(prune && { prune }) }
  }
}

/** What every stage begins with; the ones from nothing have no commands. */
const FILES = ['COPY a b /', 'COPY dir /dir']
const COMMANDS = ['RUN echo 0 > /o0', 'RUN echo 1 > /o1', 'RUN cat /a > /x']

function newStages(random: Random): string[][] {
  const stages: string[][] = []
  const isEmpty: boolean[] = []
  const count = 2 + random(3)
  for (let at = 0; at < count; at++) {
    const below = random(Math.max(1, at))
    const base = at === 0 ? 'base' : pick(['base', 'base', 'scratch', `s${below}`], random)
    isEmpty.push(base === 'scratch' || (base === `s${below}` && isEmpty[below]!))
    const lines = Array.from({ length: 1 + random(4) }, () => line(random, at, isEmpty))
    const first = base === 'base' ? [...FILES, ...COMMANDS] : base === 'scratch' ? FILES : []
    stages.push([`FROM ${base} AS s${at}`, ...first, ...lines])
  }
  return stages
}

/** Of a stage that may copy from those above it. */
function line(random: Random, stage: number, isEmpty: readonly boolean[]): string {
  const from = random(Math.max(1, stage))
  const kind = random(isEmpty[stage] ? 5 : 8)
  if (stage > 0 && kind < 3) {
    const name = pick(isEmpty[from] ? ['a', 'b', 'dir'] : ['a', 'b', 'dir', 'o0', 'o1', 'x'], random)
    return `COPY --from=s${from} /${name} /${name === 'dir' ? 'copied/' : 'copy'}${random(2)}`
  }
  if (kind < 4) return pick(['COPY a /', 'COPY a b /d/', 'COPY dir /dir0', 'COPY dir /dir'], random)
  if (kind === 4) return pick(['WORKDIR /w', 'ENV E=1', 'LABEL l=2', 'WORKDIR /'], random)
  if (kind === 5) return 'RUN cat /a > /o0'
  if (kind === 6 || stage === 0) return `RUN echo ${random(3)} > /o${random(2)}`
  return `RUN --mount=type=bind,from=s${from},target=/m echo ${random(2)} > /o0`
}

const EDITS: readonly (readonly [title: string, edit: (draft: Draft, random: Random, at: number) => Change])[] = [
  ['nothing', () => ({})],
  ['a file', ({ files }, random, at) => ({ files: { ...files, [pick(Object.keys(files), random)]: [random(2), at] } })],
  [
    'a command',
    (draft, random) =>
      inOne(draft, random, (lines) => lines.map((each) => each.replace(/echo \d/, `echo ${random(3)}`))),
  ],
  [
    'a new step',
    (draft, random) => inOne(draft, random, ([from, ...lines]) => [from!, `ENV N=${random(2)}`, ...lines]),
  ],
  [
    'a step less',
    (draft, random) => inOne(draft, random, (lines) => lines.filter((each) => !each.startsWith('ENV N'))),
  ],
  ['--no-cache', () => ({ args: ['--no-cache'] })],
  ['--target', ({ stages }, random) => ({ args: ['--target', `s${random(stages.length)}`] })],
  ['prune', () => ({ prune: ['-f'] })],
  ['prune -a', () => ({ prune: ['-f', '-a'] })],
]

function inOne(
  { stages }: Draft,
  random: Random,
  edit: (lines: readonly string[]) => readonly string[],
): Pick<Draft, 'stages'> {
  const chosen = random(stages.length)
  return { stages: stages.map((lines, at) => (at === chosen ? edit(lines) : lines)) }
}

const pick = <T>(all: readonly T[], random: Random): T => all[random(all.length)]!

function shown(title: string, { stages, files }: Draft): EditedBuild {
  const owner = { uid: 0, gid: 0 }
  return {
    title,
    dockerfile: stages.map((lines) => `${lines.join('\n')}\n`).join(''),
    files: [
      { path: 'dir', type: 'dir', mode: '0755', mtime: 1, ...owner },
      ...Object.entries(files).map(
        ([path, [content, mtime]]) =>
          ({ path, type: 'file', mode: '0644', mtime, ...owner, content: `content ${content}` }) as const,
      ),
    ],
    args: [],
  }
}
