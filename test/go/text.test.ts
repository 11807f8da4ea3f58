import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareText, readGoString, readUTF8, replaceInvalid, writeGoString } from '../../src/go/text.ts'

describe('a Go string', () => {
  it.each([
    ['one byte that is no UTF-8', [0x61, 0xff, 0x62], 'a\udcffb'],
    [
      'a cut sequence is an error for each byte, where WHATWG merges the two (spec 2.1.7, T09)',
      [0xe2, 0x82, 0x78],
      '\udce2\udc82x',
    ],
    ['a surrogate in UTF-8 is three errors', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    ['an overlong slash is two', [0xc0, 0xaf], '\udcc0\udcaf'],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
    [
      'beside valid sequences of every length',
      [0x80, 0x41, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x90, 0xb3],
      '\udc80Aé€🐳',
    ],
    ['a byte order mark stays', [0xef, 0xbb, 0xbf, 0x41], '\ufeffA'],
    ['a real U+FFFD is itself', [0xef, 0xbf, 0xbd], '\ufffd'],
  ])('%s', (_, bytes, text) => {
    expect(readGoString(Uint8Array.from(bytes))).toBe(text)
    expect([...writeGoString(text)]).toEqual(bytes)
  })

  it('keeps any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(writeGoString(readGoString(bytes))).toEqual(bytes)
      }),
    )
  })

  it('is shown with U+FFFD for each invalid byte', () => {
    expect(replaceInvalid('a\udce2\udc82🐳')).toBe('a\ufffd\ufffd🐳')
    expect(readUTF8(Uint8Array.of(0xe2, 0x82))).toBeUndefined()
  })
})

describe('compareText', () => {
  it('orders by bytes where UTF-16 does not: U+FF5E before an astral character (spec 2.1.5)', () => {
    expect(['🐳', '～', 'é', 'z', 'Z', '', '～a'].sort(compareText)).toEqual(['', 'Z', 'z', 'é', '～', '～a', '🐳'])
    expect('🐳' < '～').toBe(true)
  })

  it('orders invalid bytes by what they are', () => {
    expect(['\udcff', '～', '\udc80', 'é'].sort(compareText)).toEqual(['\udc80', 'é', '～', '\udcff'])
  })

  it('says the same as the bytes', () => {
    const bytes = fc.constantFrom('A', '\udc80', '\udcc3', '\udcff', '\x7f', 'é', '€', '\ud7ff', '\ue000', '～', '🐳')
    const text = fc.array(bytes, { maxLength: 4 }).map((parts) => readGoString(writeGoString(parts.join(''))))
    fc.assert(
      fc.property(text, text, (a, b) => {
        const expected = Buffer.compare(writeGoString(a), writeGoString(b))
        expect(Math.sign(compareText(a, b))).toBe(expected)
      }),
    )
  })
})
