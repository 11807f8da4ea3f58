import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientPatterns, isIgnored, parseDockerignore } from '../../src/dockerfile/ignore.ts'
import { compileSteps, runSteps } from '../../src/dockerfile/ignore-machine.ts'
import { hasWildcards, matchPath } from '../../src/dockerfile/match.ts'

function ignored(text: string, path: string): boolean | string {
  const parsed = parseDockerignore(text)
  return parsed.outcome === 'error' ? parsed.text : isIgnored(parsed.patterns, path)
}

describe('.dockerignore', () => {
  it.each([
    ['**', 'dir/file', true],
    ['**/', 'file', true],
    ['dir/**', 'dir/dir2/file', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**file', 'dir/dir/file', true],
    ['**/file*.txt*', 'dir/dir/file.txt', true],
    ['**/**/*.txt2', 'dir/dir/file.txt', false],
    ['**/**/*.txt', 'file.txt', true],
    ['a**/*.txt', 'a/dir/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a[b-d]e', 'ace', true],
    ['a[^b-d]e', 'aze', true],
    ['abc.def', 'abcZdef', false],
    ['abc?def', 'abcZdef', true],
    ['a\\\\', 'a\\', true],
    ['a\\*b', 'a*b', true],
    ['abc/**', 'abc', false],
    ['**/.foo', 'bar.foo', false],
    ['node_modules/', 'node_modules/x/y', true],
    ['docs\n!docs/README.md', 'docs/README.md', false],
    ['!docs/README.md\ndocs', 'docs/README.md', true],
    ['/a/../b/.', 'b', true],
    ['\ufeff  a b\t ', 'a b', true],
    ['# a\n#b', '#b', false],
    [' #b', '#b', true],
    ['! a\r\n', 'a', false],
    ['*', '.', false],
    ['a+', 'aa', true],
    ['(a|b)c', 'bc', true],
    ['a{2}', 'aa', true],
    ['a{x}', 'a{x}', true],
    ['a]b}', 'a]b}', true],
    ['?', '😀', true],
    ['?', '\udcff', true],
    ['!', 'a', 'illegal exclusion pattern: "!"'],
    ['[', 'a', 'syntax error in pattern'],
    ['[]a]', 'a', 'syntax error in pattern'],
    ['(', 'a', 'syntax error in pattern'],
    ['a++', 'a', 'syntax error in pattern'],
    ['a{02}', 'aa', false],
    ['a{02}', 'a{02}', true],
    ['a{1000}', 'a'.repeat(1000), true],
    ['a{1001}', 'a', 'syntax error in pattern'],
    ['(a{32}){32}', 'a', 'syntax error in pattern'],
    ['a|b', 'ac', true],
    ['(*/|x)+y', 'a/xxb/y', true],
    ['x\\b*', 'x-', true],
    ['x\\b*', 'xy', false],
    ['x'.repeat(65_536), 'a', 'Error reading .dockerignore: bufio.Scanner: token too long'],
  ])('%j and %j', (text, path, expected) => {
    expect(ignored(text, path)).toBe(expected)
  })

  it('reads blanks within a line once', () => {
    const line = `a${' '.repeat(60_000)}b/../c \u3000\n`
    expect(ignored(line.repeat(20), 'c')).toBe(true)
  })

  const a64 = 'a'.repeat(64)
  it.each([
    [`${'*a'.repeat(20)}*b`, a64, false],
    [`${'**/'.repeat(30)}b`, 'a/'.repeat(60), false],
    ['(a+)+b', a64, false],
    ['(*)(*)(*)(*)(*)(*)(*)(*)x', a64, false],
    ['(a|a)*b', a64, false],
    [`${'('.repeat(500)}a${')+'.repeat(500)}b`, a64, false],
    ['a'.repeat(60_000), 'b', false],
    ['*'.repeat(60_001), a64, true],
  ])('%.20s of any length takes no more than both lengths multiplied', (text, path, expected) => {
    expect(ignored(text, path)).toBe(expected)
    expect(ignored(`(${'a{1000}|'.repeat(1000)})`, path)).toBe('syntax error in pattern')
  })

  it('is matched step by step as by the engine', () => {
    const atom = fc.constantFrom('a', 'b', '[^/]', '[^\\n]', '(?:^)', '(?:\\b)', '(?:\\B)', '\n')
    const times = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '{0}')
    const { tokens } = fc.letrec<{ tokens: string[]; part: string[] }>((tie) => ({
      tokens: fc.array(fc.oneof(tie('part'), fc.constant(['|'])), { maxLength: 4 }).map((parts) => parts.flat()),
      part: fc
        .tuple(
          fc.oneof(
            { depthSize: 'small' },
            atom.map((one) => [one]),
            tie('tokens').map((all) => ['(', ...all, ')']),
          ),
          times,
        )
        .map(([part, count]) => (count === '' ? part : [...part, count])),
    }))
    const text = fc.array(fc.constantFrom('a', 'b', '/', '\n', ' '), { maxLength: 6 }).map((chars) => chars.join(''))
    fc.assert(
      fc.property(tokens, text, (all, given) => {
        for (const end of [[], ['$']]) {
          const found = runSteps(compileSteps([...all, ...end])!, given)
          expect(found).toBe(new RegExp([...all, ...end].join(''), 'u').test(given))
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('of the client keeps itself and the Dockerfile', () => {
    const parsed = clientPatterns('*\n', 'docker/Dockerfile')
    if (parsed.outcome === 'error') throw new Error(parsed.text)
    const paths = ['.dockerignore', 'docker/Dockerfile', 'Dockerfile', 'docker/x']
    expect(paths.map((path) => isIgnored(parsed.patterns, path))).toEqual([false, false, true, true])
  })
})

describe('matchPath', () => {
  it.each([
    ['*', 'abc', true],
    ['*', '', true],
    ['a*', 'ab/c', false],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/fff', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a?b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['*??', '～', true],
    ['[a-ζ]*', 'α', true],
    ['a?b', 'a/b', false],
    ['a[^x]b', 'a/b', true],
    ['[\\]a]', ']', true],
    ['[x\\-]', '-', true],
    ['?', '\udcff', true],
    ['[]a]', ']', undefined],
    ['[x-]', 'x', undefined],
    ['[^bc', 'a', undefined],
    ['\\', 'a', undefined],
    ['a[', 'x', undefined],
    ['x*[', 'a', false],
  ])('%j of %j as Go does', (pattern, name, expected) => {
    expect(matchPath(pattern, name)).toBe(expected)
  })

  it('is asked only for words with wildcards', () => {
    expect(['a*', 'a?', '[a', 'a\\*', 'a\\\\*', 'a'].map(hasWildcards)).toEqual([true, true, true, false, true, false])
  })
})
