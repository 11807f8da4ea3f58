import { type BuildContext, pathKey } from '../dockerfile/context.ts'
import { isIgnored, parseDockerignore } from '../dockerfile/ignore.ts'
import type { CommandInstruction, CopyInstruction, Instruction } from '../dockerfile/instruction.ts'
import { linesOf, moveLines, type Proposal, readForAdvice, type Sources } from './suggestion.ts'

/** Commands that install dependencies, and the files that say which. */
const INSTALLS: readonly { readonly command: RegExp; readonly files: readonly string[] }[] = [
  {
    command: /\b(?:npm|yarn|pnpm|bun) (?:ci|install|i)\b|\byarn\s*$/,
    files: [
      'package.json',
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      '.npmrc',
    ],
  },
  { command: /\bpip3? install\b/, files: ['requirements.txt', 'constraints.txt'] },
  { command: /\b(?:poetry install|uv sync)\b/, files: ['pyproject.toml', 'poetry.lock', 'uv.lock'] },
  { command: /\bgo mod download\b/, files: ['go.mod', 'go.sum'] },
  { command: /\bbundle install\b/, files: ['Gemfile', 'Gemfile.lock'] },
  { command: /\bcomposer install\b/, files: ['composer.json', 'composer.lock'] },
  { command: /\bmvn\b.*\bdependency:/, files: ['pom.xml'] },
  { command: /\bcargo fetch\b/, files: ['Cargo.toml', 'Cargo.lock'] },
]

/** `COPY . .` and then an installation: copy what it reads, install, and copy the rest after. */
export function dependenciesFirst(sources: Sources): readonly Proposal[] {
  const sent = new Set(sources.context.entries.map(({ path }) => pathKey(path)))
  return readForAdvice(sources).stages.flatMap(({ instructions }, stage) =>
    instructions.flatMap((copy, at): Proposal[] => {
      const next = instructions.slice(at + 1).find((each) => each.kind === 'RUN' || each.kind === 'COPY')
      if (!copiesAll(copy) || next?.kind !== 'RUN') return []
      const install = INSTALLS.find(({ command }) => command.test(wordsOf(next)))
      const files = install?.files.filter((file) => sent.has(file)) ?? []
      if (files.length === 0) return []
      return [
        {
          code: 'dependencies-first',
          key: `dependencies-first ${stage} ${copy.text} ${next.text}`,
          position: copy.position,
          sentence: `Copy ${files.join(' and ')} alone, then “${next.text}”, and only then “${copy.text}”: it installs again when they change, and not with every edit.`,
          sources: {
            ...sources,
            dockerfile: moveLines(sources.dockerfile, next.position, copy.position, [copyOf(copy, files)]),
          },
        },
      ]
    }),
  )
}

/** The same COPY of these files alone. */
function copyOf({ destination, chown, chmod }: CopyInstruction, files: readonly string[]): string {
  const flags = [
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
  ]
  const words = [...files, destination.replace(/\/*$/, '/')]
  return ['COPY', ...flags, ...(/[\s"]/.test(destination) ? [JSON.stringify(words)] : words)].join(' ')
}

function copiesAll(each: Instruction): each is CopyInstruction {
  if (each.kind !== 'COPY' || each.from !== undefined) return false
  return each.sources.length === 1 && pathKey(each.sources[0]!) === '.'
}

const wordsOf = ({ words }: CommandInstruction): string => words?.join(' ') ?? ''

/** An ARG is a part of every RUN after it: it can stand where it is first read. */
export function argLate(sources: Sources): readonly Proposal[] {
  return readForAdvice(sources).stages.flatMap(({ instructions }, stage) =>
    instructions.flatMap((arg, at): Proposal[] => {
      if (arg.kind !== 'ARG' || arg.args.length !== 1) return []
      const { key } = arg.args[0]!
      const after = instructions.slice(at + 1)
      const index = after.findIndex((each) => names(each).includes(key))
      const reader = after[index]
      if (reader === undefined || !after.slice(0, index).some(({ kind }) => kind === 'RUN')) return []
      return [
        {
          code: 'arg-late',
          key: `arg-late ${stage} ${key}`,
          position: arg.position,
          sentence: `Move ARG ${key} down to “${reader.text}”, which is the first to name it: unless a command before takes it from its environment, only what follows depends on it.`,
          sources: { ...sources, dockerfile: moveLines(sources.dockerfile, arg.position, reader.position) },
        },
      ]
    }),
  )
}

/** The variables that it names. */
function names(each: Instruction): readonly string[] {
  const heredocs = 'heredocs' in each ? each.heredocs : ''
  return Array.from(`${each.text}\n${heredocs}`.matchAll(/\$\{?(\w+)/g), ([, name]) => name!)
}

/** Copies from the context and from stages, with `--link`. Classic builders refuse it or, since 23, take no notice. */
export function copyLink(sources: Sources): readonly Proposal[] {
  const lines = linesOf(sources.dockerfile)
  const copies = readForAdvice(sources).stages.flatMap(({ instructions }) =>
    instructions.filter((each) => each.kind === 'COPY' && each.link !== true),
  )
  for (const { position } of copies) {
    const line = lines[position.line - 1]!
    const start = position.column - 1
    lines[position.line - 1] = line.slice(0, start) + line.slice(start).replace(/^\w+/, '$& --link')
  }
  if (copies.length === 0) return []
  return [
    {
      code: 'copy-link',
      key: 'copy-link',
      position: copies[0]!.position,
      sentence: 'COPY --link makes a layer of its own, which stays when a step before it changes.',
      sources: { ...sources, dockerfile: lines.join('\n') },
    },
  ]
}

/** What hardly any image needs, and what changes often. */
const NEEDLESS = [
  '.git',
  '**/node_modules',
  '**/*.md',
  '**/*.log',
  '**/.DS_Store',
  '.env',
  '.vscode',
  '.idea',
  '.github',
  '**/__pycache__',
  'coverage',
  'Dockerfile*',
  'docker-compose*.yml',
  'compose*.yaml',
]

/** `changed`: the paths that an edit changes. */
export function dockerignore(sources: Sources, changed: ReadonlySet<string>): readonly Proposal[] {
  const patterns = NEEDLESS.filter((pattern) => [...changed].some(excludedBy([pattern])))
  if (patterns.length === 0) return []
  return [
    {
      code: 'dockerignore',
      key: 'dockerignore',
      sentence: `Name in .dockerignore what the image does not need: ${patterns.join(', ')}.`,
      sources: { ...sources, context: without(sources.context, patterns) },
    },
  ]
}

function without({ entries, dockerignore: had }: BuildContext, patterns: readonly string[]): BuildContext {
  const isExcluded = excludedBy(patterns)
  return {
    entries: entries.filter(({ path }) => !isExcluded(pathKey(path))),
    dockerignore: [...(had === undefined ? [] : [had.replace(/\n$/, '')]), ...patterns, ''].join('\n'),
  }
}

function excludedBy(lines: readonly string[]): (path: string) => boolean {
  const parsed = parseDockerignore(lines.join('\n'))
  return (path) => parsed.outcome === 'patterns' && isIgnored(parsed.patterns, path)
}
