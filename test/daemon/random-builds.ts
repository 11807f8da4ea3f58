// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
/** Dockerfiles that nobody would write: every quote, escape, path and flag where it may stand. By a seed, so that a disagreement can be built again. */
import type { Random } from './edits.ts'
import type { Build } from './scenarios.ts'

/** What may fail while a step runs is left out: a step only has to come to run. */
export function randomBuild(random: Random): Build {
  const dice: Dice = { random, pick: (all) => all[random(all.length)]! }
  const { pick } = dice
  return {
    title: 'random',
    dockerfile: dockerfile(dice),
    files: files(dice),
    buildArgs: {
      ...(random(2) && { A: pick(['v', 'v w', '', '$B', 'é']) }),
      ...(random(4) === 0 && { HTTP_PROXY: 'http://p' }),
      ...(random(4) === 0 && { UNUSED: 'z' }),
    },
    labels: random(4) ? {} : { l: pick(['1', '$A', 'a b', '"q"']) },
  }
}

const PLAIN = ['a', 'x1', '$A', '${A}', '${A:-x}', '${A:+z}', '${B:-$A}', '/', '.', '-', '_', 'é', '"a b"', "'q'"]
const STRANGE = [
  '\\$A',
  "'q $A'",
  '"d $A"',
  '"',
  "'",
  '\\',
  '\\\\',
  '=',
  ',',
  ':',
  '$',
  '$1',
  '$$',
  '\\ ',
  '#',
  '~',
  '*',
]
const NESTED = ['[', '`', '%', '@', '|', '${B:-${A}}', '${A:-"q"}', "${A:-'q'}", '\\"', "\\'", '日', '${}', '${A']

interface Dice {
  /** A whole number below that. */
  readonly random: Random
  readonly pick: <T>(all: readonly T[]) => T
}

function dockerfile(dice: Dice): string {
  const head = dice.random(8)
    ? ''
    : dice.pick(['# escape=`\n', '# syntax=docker/dockerfile:1\n', 'ARG X=base\n', 'ARG A=q\n'])
  return head + stage(dice) + (dice.random(4) ? '' : stage(dice))
}

function files(dice: Dice): Record<string, string> {
  const names = ['a', 'b.txt', 'dir/c', 'dir/d.txt', 'dir/sub/e', 'we ird', '[x]', '.hidden', 'dir/.h', 'é.txt']
  const there = names.filter(() => dice.random(8) > 0).map((name) => [name, `${name}${dice.random(3)}`] as const)
  const patterns = [
    '*.txt',
    'dir',
    '!dir/c',
    '**/e',
    '# c',
    '',
    '!a',
    'dir/*',
    '/b.txt',
    './a',
    'dir/',
    '**/*.h',
    '..',
    'é*',
  ]
  const ignore = Array.from({ length: dice.random(4) }, () => dice.pick(patterns)).join(dice.pick(['\n', '\r\n']))
  return { ...Object.fromEntries(there), ...(dice.random(2) && { '.dockerignore': ignore }) }
}

function stage(dice: Dice): string {
  const from = dice.pick(['base', 'base', 'base AS one', 'base as two', 'base:latest', '--platform=linux/amd64 base'])
  const lines = Array.from({ length: dice.random(5) + 1 }, () => decorated(dice, instruction(dice)))
  return `FROM ${from}\n${lines.join('\n')}\n`
}

function decorated(dice: Dice, line: string): string {
  switch (dice.random(10)) {
    case 0:
      return line.replace(/ /, ' \\\n   ')
    case 1:
      return `# comment\n${line}`
    case 2:
      return `\n  ${line}  `
    case 3:
      return `${line}\r`
    case 4:
      return line.replace(/^\w+/, (word) => word.toLowerCase())
    case 5:
      return line.replace(/ /, '\t ')
    default:
      return line
  }
}

function word(dice: Dice): string {
  const kind = (): readonly string[] => (dice.random(4) ? PLAIN : dice.random(2) ? STRANGE : NESTED)
  return Array.from({ length: dice.random(3) + 1 }, () => dice.pick(kind())).join('')
}

function pair(dice: Dice): string {
  return `${dice.pick(['A', 'B', 'C', 'PATH', 'a.b', '${A}', '"A"', 'A$A', 'é'])}=${word(dice)}`
}

function list(dice: Dice, ...words: readonly string[]): string {
  const texts = words.map((word) => JSON.stringify(word))
  return dice.pick([`[${texts.join(',')}]`, `[ ${texts.join(' , ')} ]`, `['${words.join("','")}']`])
}

function instruction(dice: Dice): string {
  const { pick } = dice
  switch (dice.random(14)) {
    case 0:
      return `ENV ${pick([pair(dice), `${pair(dice)} ${pair(dice)}`, `A ${word(dice)} ${word(dice)}`])}`
    case 1:
      return `LABEL ${pick([pair(dice), `${pair(dice)} ${pair(dice)}`, `l ${word(dice)}`])}`
    case 2:
      return `ARG ${pick([pair(dice), 'A', word(dice)])}`
    case 3:
      return `EXPOSE ${pick(['80', '80/tcp 53/udp', '8000-8002', '$A', '8080:80', '127.0.0.1:80:80', '${B:-90}', '80/TCP'])}`
    case 4: // no volume at `/`: what runs below it would not start
      return `VOLUME ${pick([`v${word(dice)} v${word(dice)}`, list(dice, `v${word(dice)}`, '/v')])}`
    case 5:
      return `WORKDIR ${pick([word(dice), '/a/../b/', 'c', '/x y', '$A/../q', '.', '//z//'])}`
    case 6:
      return `STOPSIGNAL ${pick(['SIGTERM', '9', 'KILL', 'sigint', 'RTMIN+3', 'SIGRTMAX-1', '64', '0', 'x'])}`
    case 7:
      return `${pick(['CMD', 'ENTRYPOINT'])} ${pick([list(dice, word(dice), word(dice)), `echo ${word(dice)}`, '[]', ''])}`
    case 8:
      return `SHELL ${list(dice, '/bin/sh', pick(['-c', '-ec']))}`
    case 9:
      return `HEALTHCHECK ${pick(['NONE', 'CMD true', '--interval=5s --retries=3 CMD x y', '--interval=3000h CMD x', '--timeout=1h1m CMD ["a"]'])}`
    case 10:
      return `ONBUILD ${pick(['RUN true', 'COPY a /', 'ENV A=1', 'FROM x', ''])}`
    case 11:
      return `RUN ${pick(['true', 'true $A', 'true "$A" b', 'true   ', 'true \\\n  && true', 'true \\\n# c\n && true', '["/bin/true", "é"]'])}`
    default:
      return copy(dice)
  }
}

function copy(dice: Dice): string {
  const source = dice.pick([
    'a',
    'b.txt',
    'dir',
    'dir/*',
    '*.txt',
    '.',
    '*',
    'd?r',
    '[a-c]*',
    'we\\ ird',
    'dir/sub/../c',
    '/a',
    '../a',
    '${A:-a}',
    '[[]x]',
  ])
  const target = dice.pick([
    '/x',
    '/x/',
    './x/',
    '.',
    '/',
    '/d/e/',
    '$A/',
    '${B:-/q}/',
    'x\\ y/',
    '../z/',
    '//x//',
    'é/',
  ])
  const flag = dice.pick(['', '', '', '--chown=0:0 ', '--chown=1:2 ', '--foo '])
  const words = dice.random(4) ? `${source} ${target}` : list(dice, source, target)
  return `${dice.pick(['COPY', 'ADD'])} ${flag}${words}`
}
