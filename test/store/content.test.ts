import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Content, packContent, relativeTo, unpackContent } from '../../src/store/content.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const words = fc.array(
  fc.constantFrom('"a":1', '"é":"\u4e2d"', '"history":[{"created_by":"/bin/sh -c make"}', ']', '{', '"x"', ''),
  { maxLength: 40 },
)

describe('content kept as a difference', () => {
  it('gives back the very bytes, along any chain', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 80 }), (texts) => {
        const raws = texts.map((list) => bytes(list.join(',')))
        let base: Content = packContent(raws[0]!)
        for (const raw of raws) {
          base = relativeTo(base, packContent(raw))
          expect(unpackContent(base)).toEqual(raw)
        }
      }),
    )
  })

  it('is small where a text repeats its base and adds to it', () => {
    const text = Array.from({ length: 100 }, (_, n) => `{"created_by":"step ${n}"}`).join(',')
    const kept = relativeTo(text, `${text},{"created_by":"one more"}`)
    expect(kept).toMatchObject({ base: text })
    expect(typeof kept === 'object' && 'steps' in kept && kept.steps.length).toBeLessThan(50)
  })

  it('is found behind many new members, and given up where the search is long', () => {
    const members = (name: string, count: number) => Array.from({ length: count }, (_, n) => `{"${name}":"step ${n}"}`)
    const old = `[${members('created_by', 300).join(',')}]`
    const text = `[${members('x', 200).join(',')},${old.slice(1)}`
    expect(relativeTo(old, text)).toMatchObject({ base: old })
    const content = ',x'.repeat(500_000)
    expect(relativeTo(',y'.repeat(1_000_000), content)).toBe(content)
  })

  it('is not used where the base is not text, or nothing is saved', () => {
    expect(relativeTo(Uint8Array.of(255), 'abc')).toBe('abc')
    expect(relativeTo('xyz', 'abc')).toBe('abc')
  })
})
