import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { GoError, orGoError } from '../../src/go/error.ts'
import { Entries, EscapedText, NumberText, readJSON } from '../../src/go/json-read.ts'

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** The finer leaves made plain again: what JSON.parse says of text that both read alike. */
function plain(value: unknown): unknown {
  if (value instanceof NumberText) return Number(value.text)
  if (value instanceof EscapedText) return value.value
  if (value instanceof Entries) return Object.fromEntries(value.list.map(([key, each]) => [key, plain(each)]))
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
  return value
}

describe('readJSON', () => {
  it('reads as deep as Go does', () => {
    expect(readJSON(nested(9_000))).toBeInstanceOf(Array)
    expect(readJSON(` ${nested(9_000)}`)).toBeInstanceOf(Array)
  })

  it.each([10_002, 200_000])('refuses %i levels as Go does, whatever the stack', (depth) => {
    expect(orGoError(() => readJSON(nested(depth)))).toMatchObject({
      kind: 'json-syntax',
      message: 'exceeded max depth',
    })
    expect(orGoError(() => readJSON(` ${nested(depth)}`))).toBeInstanceOf(GoError)
  })

  it('refuses them also on an engine whose stack never ends', () => {
    const text = nested(10_001)
    vi.spyOn(JSON, 'stringify').mockReturnValue(text)
    const result = orGoError(() => readJSON(text))
    vi.restoreAllMocks()
    expect(result).toMatchObject({ message: 'exceeded max depth' })
  })

  it('reads ten thousand lists that are not nested', () => {
    const text = `[${Array(10_001).fill('[]').join()}]`
    expect(readJSON(text)).toEqual(JSON.parse(text))
  })

  it('keeps what JSON.parse would lose: repeated keys, digits, the way a string was written', () => {
    expect(readJSON('{"a":1,"a":2}')).toEqual(
      new Entries([
        ['a', new NumberText('1')],
        ['a', new NumberText('2')],
      ]),
    )
    expect(readJSON('9007199254740993')).toEqual(new NumberText('9007199254740993'))
    expect(readJSON('"\\u0061"')).toEqual(new EscapedText('a'))
    expect(readJSON('{"2":0,"1":0}')).toBeInstanceOf(Entries)
  })

  it.each([
    ['spec 2.3: a lone escaped surrogate', '"\\ud800x"', '\ufffdx'],
    ['spec 2.3: a pair', '"\\ud83d\\udc33"', '🐳'],
    ['spec 2.3: invalid bytes', '"a\udce2\udc82"', 'a\ufffd\ufffd'],
    ['an invalid byte beside an escape', '"\udcff\\n"', '\ufffd\n'],
  ])('%s', (_, text, value) => {
    expect(plain(readJSON(text))).toBe(value)
  })

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":1', 'unexpected end of JSON input'],
    ['{}x', `invalid character "x" after top-level value`],
    ['\ufeff{}', `invalid character "\ufeff" looking for beginning of value`],
    ['{"a" 1}', `invalid character "1" after object key`],
    ['[1,]', `invalid character "]" looking for beginning of value`],
    ['01', `invalid character "1" after top-level value`],
    ['+1', `invalid character "+" looking for beginning of value`],
    ["'a'", `invalid character "'" looking for beginning of value`],
    ['"\t"', `invalid character "\\"" in string literal`],
    ['nul', `invalid character "n" looking for beginning of value`],
  ])('spec 2.3: %j is no JSON', (text, message) => {
    expect(orGoError(() => readJSON(text))).toMatchObject({ kind: 'json-syntax', message })
  })

  it('says what JSON.parse says of what JSON.stringify wrote, also by its exact reader', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(plain(readJSON(text))).toEqual(JSON.parse(text))
        expect(plain(readJSON(` ${text}`))).toEqual(JSON.parse(text))
      }),
    )
  })
})
