import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/digest/bytes.ts'
import { digestOf } from '../../src/digest/digest.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import { nodeSHA256 } from '../../src/snapshot/fs.ts'
import { readHead, writeHead } from '../../src/snapshot/head.ts'
import { exportSnapshot, importSnapshot, storeDigest } from '../../src/snapshot/snapshot.ts'
import { applyChanges, changesBetween } from '../../src/store/changes.ts'
import { allImages, findImage, findRawImage, parentOf } from '../../src/store/read.ts'
import { emptyStore, withMissingLayers } from '../../src/store/store.ts'
import { allTags, tagImage } from '../../src/store/tags.ts'
import { createImage, markBuiltLocally, setParent } from '../../src/store/write.ts'
import { chains, ids, operations, play, raws, stores } from './stores.ts'

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
  } catch (error) {
    if (isLayerfoldError(error)) return error.code
    throw error
  }
  return undefined
}

describe('a snapshot', () => {
  it('gives back the very store, with what failed calls left behind', () => {
    fc.assert(
      fc.property(stores, operations, (store, later) => {
        const [loaded, damaged] = importSnapshot(exportSnapshot(store))
        expect(damaged).toEqual([])
        expect(changesBetween(store, loaded)).toEqual([])
        expect(changesBetween(loaded, store)).toEqual([])
        expect(loaded.size).toBe(store.size)
        const [a, b] = [play(later, store), play(later, loaded)] // nothing hidden was lost
        expect(changesBetween(a, b)).toEqual([])
        expect([a.size, b.parentless.size]).toEqual([b.size, a.parentless.size])
      }),
      { numRuns: 300 },
    )
  })

  it('is the same bytes for equal stores, whatever their past, and others for others', () => {
    fc.assert(
      fc.property(stores, operations, (store, list) => {
        const other = play(list, store)
        const rebuilt = applyChanges(other, changesBetween(other, store))
        expect(exportSnapshot(rebuilt)).toEqual(exportSnapshot(store))
        const equal = changesBetween(store, other).length === 0
        expect(storeDigest(other) === storeDigest(store)).toBe(equal)
        expect(Buffer.compare(exportSnapshot(other), exportSnapshot(store)) === 0).toBe(equal)
      }),
      { numRuns: 200 },
    )
  })

  it('is verified by the hash that the caller brings, in place of ours', () => {
    const [store] = createImage(emptyStore(), raws[0]!)
    const bytes = exportSnapshot(store)
    expect(storeDigest(importSnapshot(bytes, { sha256: nodeSHA256 })[0])).toBe(storeDigest(store))
    expect(codeOf(() => importSnapshot(bytes, { sha256: () => '0'.repeat(64) }))).toBe('snapshot-damaged')
  })

  it('has segments of a thousand images', () => {
    const store = chains(2500)
    const bytes = exportSnapshot(store)
    expect(readHead(bytes, '').head.segments.map(({ count }) => count)).toEqual([1000, 1000, 500])
    const [loaded] = importSnapshot(bytes)
    expect(changesBetween(store, loaded)).toEqual([])
    expect(storeDigest(loaded)).toBe(storeDigest(store))
  })

  it('keeps names that JavaScript objects have, and pollutes nothing', () => {
    let [store] = createImage(emptyStore(), raws[3]!)
    for (const name of ['constructor', 'prototype', '__proto__x/tostring']) {
      store = name.startsWith('__') ? store : tagImage(store, name, ids[3]!)
    }
    store = withMissingLayers(store, ['__proto__', 'constructor', '\ud800'])
    const [loaded] = importSnapshot(exportSnapshot(store))
    expect(allTags(loaded)).toEqual(allTags(store))
    expect(changesBetween(store, loaded)).toEqual([])
    const labels = findImage(loaded, ids[3]!)?.containerConfig?.Labels
    expect(Object.entries(labels ?? {})).toEqual(expect.arrayContaining([['__proto__', 'b3']]))
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}.constructor).toBe(Object)
  })

  it('has the head that its JSON Schema says', () => {
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/snapshot-head.schema.json'), 'utf8'))
    const bytes = exportSnapshot(chains(20))
    const { json, meta } = JSON.parse(Buffer.from(bytes.subarray(94, readHead(bytes, '').end)).toString())
    expect(Object.keys(json)).toEqual(schema.properties.json.required)
    expect(Object.keys(json)).toEqual(Object.keys(schema.properties.json.properties))
    expect(Object.keys(json.segments[0])).toEqual(schema.properties.json.properties.segments.items.required)
    expect(Object.keys(meta.values)).toEqual(schema.properties.meta.properties.values.required)
  })

  it('of every version that was ever written can be read', () => {
    const sample = readFileSync(join(import.meta.dirname, 'samples/v1.snapshot'))
    const [store] = importSnapshot(sample)
    expect(store.size).toBe(3)
    expect(parentOf(store, ids[2]!)).toBe(ids[3])
    expect(storeDigest(store)).toBe(readFileSync(join(import.meta.dirname, 'samples/v1.digest'), 'utf8').trim())
    expect(Buffer.from(exportSnapshot(store)).equals(sample)).toBe(true)
  })
})

describe('a snapshot that is not what was written', () => {
  const store = markBuiltLocally(setParent(chains(30), digestOf(raws[2]!), ids[3]!)[0], ids[3]!)[0]
  const bytes = exportSnapshot(store)
  const { head, end } = readHead(bytes, '')

  it('is refused with its damaged images named, or loads without them when asked', () => {
    const [victim] = allImages(store)
    const raw = findRawImage(store, victim!)!
    const broken = bytes.slice()
    broken[Buffer.from(bytes).indexOf(raw) + 20]! ^= 1
    expect(() => importSnapshot(broken)).toThrow(new RegExp(`^snapshot-damaged .*image ${victim} in segment 0`))
    const [rest, damaged] = importSnapshot(broken, { damaged: 'load-rest' })
    expect(damaged).toEqual([{ where: 'segment 0', image: victim, reason: 'its config has another digest' }])
    expect(allImages(rest)).toEqual(allImages(store).slice(1))
  })

  it('names a segment whose table is damaged', () => {
    const broken = bytes.slice()
    broken[end + 40]! ^= 1
    const [rest, damaged] = importSnapshot(broken, { damaged: 'load-rest' })
    expect([rest.size, allTags(rest).length]).toEqual([0, 1])
    expect(damaged).toEqual([{ where: 'segment 0', image: undefined, reason: 'its table has another digest' }])
  })

  it('is never a wrong state: each flipped byte, each cut', () => {
    const exact = storeDigest(store)
    const seen = new Set<string | undefined>()
    for (let at = 0; at < bytes.length; at += 7) {
      const broken = bytes.slice()
      broken[at]! ^= 1 << (at % 8)
      seen.add(codeOf(() => expect(storeDigest(importSnapshot(broken)[0])).toBe(exact)))
      seen.add(codeOf(() => importSnapshot(bytes.subarray(0, at))))
    }
    expect([...seen].sort()).toEqual(['snapshot-damaged', 'snapshot-malformed'])
  })

  it('of any bytes gives a coded error or the exact state', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1 }),
        fc.boolean(),
        (edits, cut) => {
          const broken = bytes.slice()
          for (const [at, byte] of edits) broken[at] = byte
          const input = cut ? broken.subarray(0, edits[0]![0]) : broken
          const code = codeOf(() => expect(storeDigest(importSnapshot(input)[0])).toBe(storeDigest(store)))
          expect(['snapshot-damaged', 'snapshot-malformed', undefined]).toContain(code)
        },
      ),
    )
  })

  it('of a newer version is refused by name', () => {
    const newer = writeHead({ ...head, version: 2 as 1 })
    expect(codeOf(() => importSnapshot(newer))).toBe('snapshot-version')
  })

  it('with a head of the right digest and the wrong shape is refused', () => {
    for (const wrong of [{ tags: {} }, { journal: -1 }, { segments: [{}] }, { strays: [['a', 'b']] }, { format: '' }]) {
      const bytes = writeHead({ ...head, ...wrong } as typeof head)
      expect(codeOf(() => importSnapshot(bytes))).toBe('snapshot-malformed')
    }
    expect(codeOf(() => importSnapshot(concat([bytes, bytes])))).toBe('snapshot-malformed')
    expect(codeOf(() => importSnapshot(new Uint8Array(0)))).toBe('snapshot-malformed')
  })
})
