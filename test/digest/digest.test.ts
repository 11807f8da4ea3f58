import { describe, expect, it } from 'vitest'
import { digestOf, isDigest, parseDigest, shortID } from '../../src/digest/digest.ts'
import { startSHA256 } from '../../src/digest/sha256.ts'
import { LayerfoldError } from '../../src/errors.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const ABC = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

describe('digestOf', () => {
  it('is SHA-256 (FIPS 180-2)', () => {
    expect(digestOf(bytes('abc'))).toBe(ABC)
    expect(digestOf(bytes(''))).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('is the same when it is fed piece by piece', () => {
    const hashing = startSHA256().update(bytes('a')).update(bytes('')).update(bytes('bc'))
    expect(`sha256:${hashing.hex()}`).toBe(ABC)
  })
})

describe('isDigest and parseDigest', () => {
  it('take what digestOf gives', () => {
    expect(isDigest(ABC)).toBe(true)
    expect(parseDigest(ABC)).toBe(ABC)
  })

  it.each([
    ABC.toUpperCase(),
    ABC.slice(7),
    `${ABC}0`,
    ABC.slice(0, -1),
    ABC.replace('256', '512'),
    `${ABC.slice(0, -1)}\n`,
    '',
  ])('refuse %j', (text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => parseDigest(text)).toThrow(new LayerfoldError('digest-malformed', { text }))
  })
})

it('shortID is what Docker prints', () => {
  expect(shortID(ABC)).toBe('ba7816bf8f01')
  expect(shortID(ABC.slice(7))).toBe('ba7816bf8f01')
})
