import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOfDigest, digestOf, digestOfBytes, isDigest, parseDigest, shortID } from '../../src/digest/digest.ts'
import { sha256Hex, startSHA256 } from '../../src/digest/sha256.ts'
import { LayerfoldError } from '../../src/errors.ts'
import { nodeSHA256 } from '../../src/snapshot/fs.ts'

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

  it('is what the runtime’s own makes of any bytes, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (all, cut) => {
        expect(sha256Hex(all)).toBe(nodeSHA256(all))
        expect(startSHA256().update(all.subarray(0, cut)).update(all.subarray(cut)).hex()).toBe(nodeSHA256(all))
      }),
    )
  })

  it('is spelled by 32 bytes', () => {
    expect(bytesOfDigest(parseDigest(ABC)).slice(0, 3)).toEqual(Uint8Array.of(0xba, 0x78, 0x16))
    expect(digestOfBytes(bytesOfDigest(parseDigest(ABC)))).toBe(ABC)
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
