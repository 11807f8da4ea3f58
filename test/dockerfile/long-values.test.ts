// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grammar20_10, grammar29 } from '../../src/dockerfile/grammar.ts'
import { replaceMatches, trimMatch } from '../../src/dockerfile/patterns.ts'
import { type Expanded, expandWord, expandWords } from '../../src/dockerfile/words.ts'

const value = fc.array(fc.constantFrom('a', 'b', '\n', '😀'), { maxLength: 8 })
const pattern = fc
  .array(fc.constantFrom('a', 'b', '*', '?', '\n', '😀'), { maxLength: 6 })
  .map((parts) => parts.join(''))

const matches = (pattern: string, chars: readonly string[]): boolean =>
  new RegExp(`^${pattern.replace(/[*?]/g, (char) => (char === '*' ? '[^\\n]*' : '[^\\n]'))}$`, 'u').test(chars.join(''))

/** Tries all places. */
function replaceSlowly(chars: readonly string[], pattern: string, all: boolean): string {
  let out = ''
  let last = -1
  for (let at = 0; at <= chars.length; ) {
    let end = all || last < 0 ? chars.length : -1
    while (end >= at && !((end > at || at !== last) && matches(pattern, chars.slice(at, end)))) end--
    if (end >= at) {
      out += '<>'
      last = end
    }
    if (end > at) at = end
    else out += chars[at++] ?? ''
  }
  return out
}

describe('a pattern in braces', () => {
  it('replaces what a search of all places finds', () => {
    fc.assert(
      fc.property(value, pattern, fc.boolean(), (chars, pattern, all) => {
        expect(replaceMatches(chars.join(''), pattern, '<>', all)).toBe(replaceSlowly(chars, pattern, all))
      }),
      { numRuns: 3000 },
    )
  })

  it('trims the shortest or longest start or end that fits', () => {
    fc.assert(
      fc.property(value, pattern, (chars, pattern) => {
        const cuts = Array.from({ length: chars.length + 1 }, (_, at) => at)
        const starts = cuts.filter((at) => matches(pattern, chars.slice(0, at))).map((at) => chars.slice(at).join(''))
        const ends = cuts.filter((at) => matches(pattern, chars.slice(at))).map((at) => chars.slice(0, at).join(''))
        const whole = chars.join('')
        expect(trimMatch(whole, pattern, '#')).toBe(starts[0] ?? whole)
        expect(trimMatch(whole, `#${pattern}`, '#')).toBe(starts.at(-1) ?? whole)
        expect(trimMatch(whole, pattern, '%')).toBe(ends.at(-1) ?? whole)
        expect(trimMatch(whole, `%${pattern}`, '%')).toBe(ends[0] ?? whole)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('long values', () => {
  const million = 'a'.repeat(1_000_000)
  const expand = (word: string): Expanded => expandWord(word, [`A=${million}`, 'B= b '], '\\', grammar29)

  it.each([
    ['${A//*b/x}', million],
    ['${A//?b/x}', million],
    ['${A/*b*/x}', million],
    ['${A%%*b}', million],
    ['${A//a/b}', 'b'.repeat(1_000_000)],
  ])('%s is read once', (word, expected) => {
    const found = expand(word)
    expect(found.outcome === 'word' && found.word === expected).toBe(true)
  })

  it('part words at blanks', () => {
    expect(expandWords('x$B$B" $B"', ['B= b '], '\\', grammar20_10)).toEqual({
      outcome: 'words',
      words: ['x', 'b', 'b', '  b '],
    })
  })

  it('that double end soon', () => {
    let env: readonly string[] = ['A=0123456789']
    let found: Expanded = { outcome: 'word', word: '' }
    for (let step = 0; step < 26 && found.outcome === 'word'; step++) {
      found = expandWord('$A$A', env, '\\', grammar20_10)
      if (found.outcome === 'word') env = [`A=${found.word}`]
    }
    expect(found.outcome).toBe('error')
  })

  it('are a fault beyond the bound', () => {
    const more = 'a'.repeat(100_000)
    for (const word of ['$A$A', '"$A$A"', '${A/a/$A}', '${A//a/xyz}', '${C:-$A$A}', `${more}$A$A`]) {
      const bound = 'layerfold fills in no more than 1048576 characters'
      expect(expand(word)).toMatchObject({ outcome: 'error', text: expect.stringContaining(bound) })
    }
    for (const word of [`"${more.repeat(20)}"`, `${more.repeat(20)}$A`, `$A${more}`])
      expect(expand(word).outcome).toBe('word')
    expect(expand('${A//$A/x}')).toMatchObject({
      text: 'failed to process "${A//$A/x}": layerfold tries no pattern of 1000000 characters on a value of 1000000',
    })
  })
})
