import { describe, expect, it } from 'vitest'
import { quote, quoteRune } from '../../src/go/quote.ts'

describe('quote', () => {
  it.each([
    ['plain text', 'echo hi', '"echo hi"'],
    ['T94: quotes and tabs', 'c"d\te', '"c\\"d\\te"'],
    ['an apostrophe stays', "it's", '"it\'s"'],
    ['every short escape', '\x07\b\f\n\r\t\v\\', '"\\a\\b\\f\\n\\r\\t\\v\\\\"'],
    ['other control characters', '\0\x1b\x7f', '"\\x00\\x1b\\x7f"'],
    ['what prints is itself', 'é～🐳\u0301', '"é～🐳\u0301"'],
    ['spaces but the one of ASCII', '\u00a0\u2003\u2028', '"\\u00a0\\u2003\\u2028"'],
    ['format and private characters', '\u200b\ue000\u{e0001}', '"\\u200b\\ue000\\U000e0001"'],
    ['an invalid byte, and a real U+FFFD', '\udcff\ufffd', '"\\xff\ufffd"'],
  ])('%s', (_, text, quoted) => {
    expect(quote(text)).toBe(quoted)
  })
})

describe('quoteRune', () => {
  it.each([
    [3, "'\\x03'"],
    [9, "'\\t'"],
    [0x22, "'\"'"],
    [0x27, "'\\''"],
    [0x5c, "'\\\\'"],
    [0x61, "'a'"],
    [0x1f433, "'🐳'"],
    [0xd800, "'\ufffd'"],
    [-1, "'\ufffd'"],
    [0x110000, "'\ufffd'"],
  ])('T99: %i is %s', (code, quoted) => {
    expect(quoteRune(code)).toBe(quoted)
  })
})
