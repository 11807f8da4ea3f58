import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grammar1_13, grammar20_10, grammar25, grammar28, grammar29 } from '../../src/dockerfile/grammar.ts'
import { parseDockerfile, parseTrigger } from '../../src/dockerfile/parse.ts'
import { parseExposed } from '../../src/dockerfile/ports.ts'
import { expandWord, expandWords } from '../../src/dockerfile/words.ts'
import { readGoString } from '../../src/go/text.ts'

const grammars = fc.constantFrom(grammar1_13, grammar20_10, grammar25, grammar28, grammar29)
const token = fc.constantFrom<'\\' | '`'>('\\', '`')

const pieces = fc.constantFrom(
  ...[
    'FROM ',
    'a',
    ' AS ',
    '\n',
    '\r\n',
    '\\\n',
    '`\n',
    ' ',
    '\t',
    '# escape=`\n',
    '#',
    'RUN ',
    'ENV ',
    'ARG ',
    'COPY ',
  ],
  ...[
    'HEALTHCHECK ',
    'CMD ',
    'ONBUILD ',
    'SHELL ',
    'VOLUME ',
    'EXPOSE ',
    'LABEL ',
    'USER ',
    '--from=',
    '--',
    '=',
    '"',
    "'",
  ],
  ...[
    '[',
    ']',
    '"x",',
    '<<E',
    '<<-"E"',
    'E\n',
    '${',
    '}',
    ':',
    '-',
    '?',
    '+',
    '#',
    '%',
    '/',
    '*',
    '\u0085',
    'é',
    '\udcff',
  ],
  ...['--interval=', '5s', '80', '-90', '/tcp', '::1', '\ufeff', '\u2028', '😀'],
)
const soup = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''))
const bytes = fc.uint8Array({ maxLength: 300 }).map(readGoString)
const text = fc.oneof(
  soup,
  bytes,
  fc.string({ unit: 'binary', maxLength: 200 }),
  soup.map((rest) => `FROM a\n${rest}`),
)

describe('any text', () => {
  it('is a Dockerfile or a problem, never an exception', () => {
    fc.assert(
      fc.property(text, grammars, (source, grammar) => {
        const { stages, problems, metaArgs } = parseDockerfile(source, grammar)
        expect(problems.length).toBeLessThanOrEqual(1)
        if (problems.length > 0) expect([stages, metaArgs]).toEqual([[], []])
        const last = Math.max(1, source.split('\n').length)
        const all = [...metaArgs, ...stages.flatMap(({ from, instructions }) => [from, ...instructions])]
        let before = 0
        for (const { position } of [...all, ...problems.slice(stages.length)]) {
          expect(position.line).toBeGreaterThanOrEqual(problems.length > 0 ? 1 : before + 1)
          expect(position.endLine).toBeGreaterThanOrEqual(position.line)
          expect(position.endLine).toBeLessThanOrEqual(last)
          before = position.endLine
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('reads the same twice, and each step as a trigger of its own', () => {
    fc.assert(
      fc.property(soup, (source) => {
        const file = parseDockerfile(`FROM a\n${source}`, grammar20_10)
        expect(parseDockerfile(`FROM a\n${source}`, grammar20_10)).toEqual(file)
        if (file.escape !== '\\') return
        for (const step of file.stages.flatMap(({ instructions }) => instructions)) {
          if (step.kind === 'ONBUILD') continue // keeps the blanks at the end, which the text has not
          const again = parseTrigger(step.text, grammar20_10)
          if ('kind' in again) expect({ ...again, position: 0 }).toEqual({ ...step, position: 0 })
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('is a trigger or a problem', () => {
    fc.assert(
      fc.property(text, grammars, (source, grammar) => {
        expect(typeof parseTrigger(source, grammar).text).toBe('string')
      }),
      { numRuns: 1000 },
    )
  })

  it('is expanded or a fault; without quotes, escapes and variables it stays', () => {
    fc.assert(
      fc.property(text, grammars, token, fc.array(text, { maxLength: 3 }), (word, grammar, escape_, env) => {
        const one = expandWord(word, env, escape_, grammar)
        const many = expandWords(word, env, escape_, grammar)
        expect(one.outcome === 'error').toBe(many.outcome === 'error')
        if (!/["'$\\`\ufeff\p{Surrogate}]/u.test(word)) expect(one).toEqual({ outcome: 'word', word })
        if (many.outcome === 'words') parseExposed(many.words)
      }),
      { numRuns: 2000 },
    )
  })
})

it('a list of many megabytes is read as one', () => {
  const item = `\\\\\\"${'x'.repeat(60_000)}`
  const list = `["${`${item}\\\n`.repeat(300)}"] ]`
  const read = (tail: string) =>
    parseDockerfile(`FROM a\nRUN ${list}${tail}\n`, grammar20_10).stages[0]!.instructions[0]!
  expect(read('')).toMatchObject({ kind: 'RUN', json: true })
  expect(read(' [\\]]')).toMatchObject({ kind: 'RUN', json: true })
})

describe('hard texts take no long time', () => {
  it.each([
    ['blanks within', `FROM a\nRUN x${' '.repeat(60000)}y`],
    ['returns within', `FROM a\nRUN x${'\r'.repeat(60000)}y`],
    ['a directive of blanks', `# escape=${' '.repeat(60000)}x`],
    ['escaped quotes', `FROM a\nCMD ["${'\\"'.repeat(30000)}`],
    ['brackets', `FROM a\nCMD ${'['.repeat(60000)}`],
    ['ONBUILD all along', `FROM a\n${'ONBUILD '.repeat(8000)}`],
    ['flags', `FROM a\nCOPY ${'--a '.repeat(15000)}`],
    ['many lines', `FROM a\n${'RUN x\n'.repeat(20000)}`],
  ])('%s', (_, source) => {
    const start = performance.now()
    parseDockerfile(source, grammar20_10)
    parseDockerfile(source, grammar29)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
