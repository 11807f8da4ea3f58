import { describe, expect, it } from 'vitest'
import { writeString } from '../../src/go/json-write.ts'

describe('writeString', () => {
  it.each([
    ['T08', 'a<b>&c\u2028', '"a\\u003cb\\u003e\\u0026c\\u2028"'],
    ['T09: each invalid byte, escaped', 'a\udcffb\udce2\udc82x', '"a\\ufffdb\\ufffd\\ufffdx"'],
    ['spec 2.1.7: a real U+FFFD is itself', '\ufffd', '"\ufffd"'],
    ['spec 2.1.6', '"\\\n\r\t\x01\x1f\u2029', '"\\"\\\\\\n\\r\\t\\u0001\\u001f\\u2029"'],
    ['spec 2.1.6: what stays', '/\x7f\u00a0é🐳', '"/\x7f\u00a0é🐳"'],
  ])('%s', (_, text, written) => {
    expect(writeString(text, 'long')).toBe(written)
    expect(writeString(text, 'short')).toBe(written)
  })

  it('T10: backspace and form feed changed with Go 1.22', () => {
    expect(writeString('\b\f', 'long')).toBe('"\\u0008\\u000c"')
    expect(writeString('\b\f', 'short')).toBe('"\\b\\f"')
  })
})
