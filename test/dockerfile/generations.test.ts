// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
import { describe, expect, it } from 'vitest'
import {
  type Grammar,
  grammar1_13,
  grammar20_10,
  grammar25,
  grammar28,
  grammar29,
} from '../../src/dockerfile/grammar.ts'
import { parseDockerfile, parseTrigger } from '../../src/dockerfile/parse.ts'
import { expandWord, expandWords } from '../../src/dockerfile/words.ts'

const grammars = [grammar1_13, grammar20_10, grammar25, grammar28, grammar29]

const problem = (text: string, grammar: Grammar): string | undefined => parseDockerfile(text, grammar).problems[0]?.text

const only = (line: string, grammar: Grammar) =>
  parseDockerfile(`FROM a\n${line}\n`, grammar).stages[0]?.instructions[0]

describe('faults by generation', () => {
  it.each<[string, ...(string | undefined)[]]>([
    [
      'FROM a\nRUNN x',
      'Unknown instruction: RUNN',
      'dockerfile parse error line 2: unknown instruction: RUNN',
      'dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)',
      'dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)',
      'dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)',
    ],
    [
      'FROM a\nCOPY --chwn=1 a b',
      'Unknown flag: chwn',
      'dockerfile parse error line 2: Unknown flag: chwn',
      'dockerfile parse error on line 2: unknown flag: chwn (did you mean chown?)',
      'dockerfile parse error on line 2: unknown flag: chwn (did you mean chown?)',
      'dockerfile parse error on line 2: unknown flag: --chwn (did you mean chown?)',
    ],
    [
      'FROM a\nENV x',
      'ENV must have two arguments',
      ...Array(4).fill('failed to parse Dockerfile: ENV must have two arguments'),
    ],
    [
      '',
      'The Dockerfile (Dockerfile) cannot be empty',
      ...Array(4).fill('the Dockerfile (Dockerfile) cannot be empty'),
    ],
    ['# only', undefined, ...Array(4).fill('failed to parse Dockerfile: file with no instructions')],
    ['FROM a AS b', 'FROM requires exactly one argument', undefined, undefined, undefined, undefined],
    ['FROM a\nARG A B', 'ARG requires exactly one argument definition', undefined, undefined, undefined, undefined],
    [
      'FROM a\nHEALTHCHECK --interval=0s CMD x',
      'Interval "interval" must be positive',
      'dockerfile parse error line 2: Interval "interval" cannot be less than 1ms',
      undefined,
      undefined,
      undefined,
    ],
    [
      'FROM a\nHEALTHCHECK --retries=-1 CMD x',
      '--retries must be at least 1 (not -1)',
      'dockerfile parse error line 2: --retries must be at least 1 (not -1)',
      ...Array(3).fill('dockerfile parse error on line 2: --retries cannot be negative (-1)'),
    ],
    [
      'RUN x',
      'Please provide a source image with `from` prior to run',
      ...Array(4).fill('no build stage in current context'),
    ],
    [
      `FROM a\nRUN ${'x'.repeat(65532)}`,
      undefined,
      ...Array(4).fill('failed to parse Dockerfile: dockerfile line greater than max allowed size of 65535'),
    ],
    [`FROM a\nRUN ${'x'.repeat(65531)}`, undefined, undefined, undefined, undefined, undefined],
  ])('%j', (text, ...texts) => {
    expect(grammars.map((grammar) => problem(text, grammar))).toEqual(texts)
  })

  it('path: the name in the context is told', () => {
    expect(parseDockerfile('', grammar20_10, 'docker/web').problems[0]!.text).toBe(
      'the Dockerfile (docker/web) cannot be empty',
    )
    expect(parseDockerfile('#\n', grammar20_10, 'docker/web').problems[0]!.text).toMatch(
      /^failed to parse docker\/web: /,
    )
  })
})

describe('what differs in reading', () => {
  it('JSON lists with text behind', () => {
    expect(only('CMD ["a"] junk', grammar20_10)).toMatchObject({ words: ['a'], json: true })
    expect(only('CMD ["a"] junk', grammar29)).toMatchObject({ words: ['["a"] junk'], json: false })
  })

  it('an escaped escape token at the end of a line', () => {
    const text = 'FROM a\nENV A b\\\\\nUSER c\n'
    expect(parseDockerfile(text, grammar1_13).stages[0]!.instructions.length).toBe(1)
    expect(parseDockerfile(text, grammar20_10).stages[0]!.instructions.map(({ kind }) => kind)).toEqual(['ENV', 'USER'])
  })

  it('the text of a step', () => {
    expect(only('Onbuild  run --x=1  a  "b" ', grammar1_13)!.text).toBe('ONBUILD run --x=1 a  "b"')
    expect(only('Onbuild  run --x=1  a  "b" ', grammar20_10)!.text).toBe('Onbuild  run --x=1  a  "b"')
  })

  it('ENTRYPOINT that says nothing', () => {
    expect(grammars.slice(0, 2).map((grammar) => only('ENTRYPOINT []', grammar))).toMatchObject([
      { words: [] },
      { words: undefined },
    ])
    expect(only('ENTRYPOINT', grammar1_13)).toMatchObject({ words: undefined, json: false })
    expect(only('CMD', grammar20_10)).toMatchObject({ words: [], json: false })
    expect(only('CMD []', grammar20_10)).toMatchObject({ words: [], json: true })
  })

  it('here-documents, since 23', () => {
    const text = 'FROM a\nCOPY <<-"EF" b /x/\n  one\n\tEF\nONBUILD RUN <<A\nx\nA\nRUN cat <<X <<Y\n1\nX\n2\nY\nUSER u\n'
    const { stages, problems } = parseDockerfile(text, grammar25)
    expect(problems).toEqual([])
    expect(stages[0]!.instructions).toMatchObject([
      { kind: 'COPY', sources: ['b'], destination: '/x/', position: { line: 2, column: 1, endLine: 4 } },
      { kind: 'ONBUILD', expression: 'RUN <<A\nx\nA', position: { line: 5, endLine: 7 } },
      { kind: 'RUN', words: ['cat <<X <<Y'], text: 'RUN cat <<X <<Y', position: { line: 8, endLine: 12 } },
      { kind: 'USER', value: 'u', position: { line: 13, endLine: 13 } },
    ])
    expect(problem('FROM a\nRUN <<A\nx\n', grammar25)).toBe('failed to parse Dockerfile: unterminated heredoc')
    expect(problem('FROM a\nCOPY a <<A\nA\n', grammar25)).toBe(
      'dockerfile parse error on line 2: COPY cannot accept a heredoc as a destination',
    )
    expect(problem('FROM a\nRUN <<A\nx\nA\n', grammar20_10)).toBe(
      'dockerfile parse error line 3: unknown instruction: X',
    )
  })
})

describe('positions', () => {
  it('count lines from 1, through comments and continuations', () => {
    const text = '\ufeff# c\n\n  FROM a AS B\r\nRUN x \\\n # c\n\n y\nUSER u'
    const { stages, warnings } = parseDockerfile(text, grammar20_10)
    expect(stages[0]).toMatchObject({
      name: 'b',
      from: { base: 'a', name: 'B', position: { line: 3, column: 3, endLine: 3 } },
    })
    expect(stages[0]!.instructions.map(({ position }) => position)).toEqual([
      { line: 4, column: 1, endLine: 7 },
      { line: 8, column: 1, endLine: 8 },
    ])
    expect(warnings.map((warning) => warning.text)).toEqual([
      '[WARNING]: Empty continuation line found in:\n    RUN x  y',
      '[WARNING]: Empty continuation lines will become errors in a future release.',
    ])
  })
})

describe('directives', () => {
  it.each([
    ['# escape=`\nFROM a', '`', undefined],
    ['# syntax = docker/dockerfile:1 \n#ESCAPE=`\nFROM a', '`', 'docker/dockerfile:1'],
    ['# x\n# escape=`\nFROM a', '\\', undefined],
    ['\n# escape=`\nFROM a', '\\', undefined],
    ['# other=1\n# escape=`\nFROM a', '\\', undefined],
  ])('%j', (text, token, syntax) => {
    const file = parseDockerfile(text, grammar20_10)
    expect([file.escape, file.syntax, file.problems]).toEqual([token, syntax, []])
  })

  it.each([
    ['# escape=\\\n# escape=`\nFROM a', 'failed to parse Dockerfile: only one escape parser directive can be used'],
    ['# escape=``\nFROM a', "failed to parse Dockerfile: invalid escape token '``' does not match ` or \\"],
  ])('%j', (text, fault) => {
    expect(problem(text, grammar20_10)).toBe(fault)
  })
})

describe('triggers', () => {
  it.each([
    ['RUN  x', { kind: 'RUN', words: ['x'], text: 'RUN  x' }],
    ['env a b', { kind: 'ENV', pairs: [{ key: 'a', value: 'b' }] }],
    ['NOPE x', { text: 'unknown instruction: NOPE' }],
    ['FROM x', { text: '*instructions.Stage is not a command type' }],
    ['RUN x\nRUN y', { text: 'onbuild trigger should be a single expression' }],
    ['', { text: 'file with no instructions' }],
    ['ENV x', { text: 'ENV must have two arguments' }],
  ])('%j', (text, expected) => {
    expect(parseTrigger(text, grammar20_10)).toMatchObject(expected)
  })

  it('1.13 asks again what may be a trigger', () => {
    expect(parseTrigger('MAINTAINER x', grammar1_13)).toMatchObject({
      text: "MAINTAINER isn't allowed as an ONBUILD trigger",
    })
    expect(parseTrigger('MAINTAINER x', grammar20_10)).toMatchObject({ kind: 'MAINTAINER', value: 'x' })
  })
})

describe('words', () => {
  const env = ['A=1', 'E=', 'P=a/b/c.tar.gz', 'S=5 6', 'D=first', 'D=last']
  const expand = (word: string, grammar: Grammar = grammar20_10): string => {
    const found = expandWord(word, env, '\\', grammar)
    return found.outcome === 'error' ? found.text : found.word
  }

  it.each([
    ['$A${A}$NO|$E', '11|'],
    ["'$A'\"$A'\"\\$A", "$A1'$A"],
    ['"a\\"b\\c\\\\"', 'a"b\\c\\'],
    ['${NO:-x$A}${E:-y}${A:+z}${E:+q}', 'x1yz'],
    ['${NO:-"}"}', '}'],
    ["${NO:-'}'x}", '}x'],
    ['${NO:-${NO:-${NO:-deep}}}', 'deep'],
    ['$', '$'],
    ['a\\', 'a'],
    ['$1x$12$@$-', 'x'],
    ['\ufeffx', 'x'],
    ['a\udcffb', 'a\ufffdb'],
    ['$D', 'last'],
    ['${E?no}${A:?no}', '1'],
    ['${NO?}', 'failed to process "${NO?}": NO: is not allowed to be unset'],
    ['${E:?}', 'failed to process "${E:?}": E: is not allowed to be empty'],
    ['${E:?why $A}', 'failed to process "${E:?why $A}": E: why 1'],
    ['${A', 'failed to process "${A": missing \':\' in substitution'],
    ['${', 'failed to process "${": syntax error: missing \'}\''],
    ['${A:-', 'failed to process "${A:-": syntax error: missing \'}\''],
    ['"${A:-x', 'failed to process "\\"${A:-x": syntax error: missing \'}\''],
    ['${A:-"x', 'failed to process "${A:-\\"x": syntax error: missing \'}\''],
    ['${A:-${B', 'failed to process "${A:-${B": syntax error: missing \'}\''],
    ['"x', 'failed to process "\\"x": unexpected end of statement while looking for matching double-quote'],
    ["'x", 'failed to process "\'x": unexpected end of statement while looking for matching single-quote'],
    ['${A:=x}', 'failed to process "${A:=x}": unsupported modifier (=) in substitution'],
    ['${A-x}', 'failed to process "${A-x}": missing \':\' in substitution'],
    ['${{A}}', 'failed to process "${{A}}": syntax error: bad substitution'],
  ])('20.10: %j', (word, expected) => {
    expect(expand(word)).toBe(expected)
  })

  it.each([
    ['${NO-x}${E-y}${E+z}', 'xz'],
    ['${A:=x}', 'failed to process "${A:=x}": unsupported modifier (:=) in substitution'],
    ['${A^}', 'failed to process "${A^}": unsupported modifier (^) in substitution'],
    ['${P#*/}|${P##*/}|${P%.*}|${P%%.*}', 'b/c.tar.gz|c.tar.gz|a/b/c.tar|a/b/c'],
    ['${P#?/}|${P#x}|${P%.?z}', 'b/c.tar.gz|a/b/c.tar.gz|a/b/c.tar'],
    ['${P/\\//-}|${P//\\//-}|${P/*c/X}|${P//[/X}', 'a-b/c.tar.gz|a-b-c.tar.gz|X.tar.gz|a/b/c.tar.gz'],
    ['${P/a', 'failed to process "${P/a": syntax error: missing \'/\' in ${}'],
    ['${P#\\x}', 'failed to process "${P#\\\\x}": invalid pattern (\\x) in substitution: invalid escape \'\\x\''],
  ])('29: %j', (word, expected) => {
    expect(expand(word, grammar29)).toBe(expected)
  })

  it.each([
    ['${A:-', '1'],
    ['${}|${NO:-x', '|x'],
    ['$1x$12', 'x2'],
    ['$D$@', 'first$@'],
    ['${A', "missing ':' in substitution: ${A"],
    ['${A:?x}', 'unsupported modifier (?) in substitution: ${A:?x}'],
  ])('1.13: %j', (word, expected) => {
    expect(expand(word, grammar1_13)).toBe(expected)
  })

  it.each([
    ['$S', ['5', '6']],
    ['"$S"', ['5 6']],
    ['a$S"b c"', ['a5', '6b c']],
    ['""', []],
    ['$NO', []],
    ['a\\ b', ['a b']],
  ])('split: %j', (word, words) => {
    expect(expandWords(word, env, '\\', grammar20_10)).toEqual({ outcome: 'words', words })
  })

  it('takes as deep a nesting as a line can hold', () => {
    const depth = 10000
    expect(expand(`${'${NO:-'.repeat(depth)}x${'}'.repeat(depth)}`)).toBe('x')
  })
})
