import { describe, expect, it } from 'vitest'
import { clientPatterns, isIgnored, parseDockerignore } from '../../src/dockerfile/ignore.ts'
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
    ['x'.repeat(65_536), 'a', 'Error reading .dockerignore: bufio.Scanner: token too long'],
  ])('%j and %j', (text, path, expected) => {
    expect(ignored(text, path)).toBe(expected)
  })

  it('reads blanks within a line once', () => {
    const line = `a${' '.repeat(60_000)}b/../c \u3000\n`
    expect(ignored(line.repeat(20), 'c')).toBe(true)
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
