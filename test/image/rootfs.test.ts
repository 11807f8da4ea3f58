import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest/digest.ts'
import { chainID, type DiffID, emptyDiffID, hasLayers, withLayer } from '../../src/image/rootfs.ts'

const [D1, D2, D3] = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}` as DiffID) as [DiffID, DiffID, DiffID]
const none = '' as DiffID

describe('chainID', () => {
  it.each([
    ['one layer', [D1], D1],
    ['two', [D1, D2], 'sha256:9932074217c35353d2e03a3f5a86549f7c67bfeb0ba53e23d69f4d4c8f7958f5'],
    ['three', [D1, D2, D3], 'sha256:50127c0d6b338be78246434b4bce23ecf75e505158ea0bbd15effeb162fbf3ec'],
    ['none', [], undefined],
    ['leading empty ids are skipped', [none, none, D1, D2], chainID({ diffIDs: [D1, D2] })],
    ['only empty ones', [none, none], undefined],
    ['a later empty one counts', [D1, none], digestOf(new TextEncoder().encode(`${D1} `))],
  ])('spec 4: %s', (_, diffIDs, chain) => {
    expect(chainID({ diffIDs })).toBe(chain)
    expect(hasLayers({ diffIDs })).toBe(chain !== undefined)
  })
})

it('spec 4: the empty layer is two empty tar blocks', () => {
  expect(digestOf(new Uint8Array(1024))).toBe(emptyDiffID)
})

it('spec 7.8: withLayer appends to the parent or begins anew, and changes nothing', () => {
  const below = Object.freeze({ type: 'odd', diffIDs: Object.freeze([D1]) })
  expect(withLayer(below, D2)).toEqual({ type: 'odd', diffIDs: [D1, D2] })
  expect(withLayer(below, undefined)).toEqual(below)
  expect(withLayer(undefined, undefined)).toEqual({ type: 'layers', diffIDs: undefined })
})
