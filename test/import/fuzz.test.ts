import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest/digest.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import { importArchive } from '../../src/import/index.ts'
import { allImages, findRawImage, getImage } from '../../src/store/read.ts'
import { emptyStore } from '../../src/store/store.ts'
import { compress, readExpected, readRecording, type recordings } from './archives.ts'

/** Either a coded error, or a store in which every id is the digest of its bytes and the layers are the recording's. */
async function check(bytes: Uint8Array, name: (typeof recordings)[number]): Promise<void> {
  const known = new Set(readExpected(name).images.flatMap(({ layer_sha256 }) => layer_sha256))
  const result = await importArchive(emptyStore(), bytes).catch((error: unknown) => error)
  if (!Array.isArray(result)) {
    if (isLayerfoldError(result) && result.code.startsWith('archive-')) return
    throw result
  }
  const [store, images] = result as Awaited<ReturnType<typeof importArchive>>
  for (const id of allImages(store)) expect(digestOf(findRawImage(store, id)!)).toBe(id)
  for (const { id, diffIDs } of images) {
    expect(getImage(store, id).rootfs!.diffIDs).toEqual(diffIDs)
    for (const diffID of diffIDs) expect(known).toContain(diffID)
  }
}

const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })

function flipped(bytes: Uint8Array, places: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice()
  for (const [at, mask] of places) copy[at % copy.length]! ^= mask
  return copy
}

describe('whatever becomes of the bytes', () => {
  const some = ['082-cachefrom-basic--a', '100-save-parents--a', '108-cachefrom-crafted--h'] as const

  it.each(some)('of %s, flipped here and there, the result is verified or a coded error', async (name) => {
    const bytes = readRecording(name)
    await fc.assert(
      fc.asyncProperty(flips, (places) => check(flipped(bytes, places), name)),
      { numRuns: 300 },
    )
  })

  it.each(some)('of %s, cut off anywhere, the result is verified or a coded error', async (name) => {
    const bytes = readRecording(name)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), (end) => check(bytes.subarray(0, end), name)),
      { numRuns: 100 },
    )
  })

  it.each(some)('of %s in gzip, flipped or cut off, the result is verified or a coded error', async (name) => {
    const bytes = await compress(readRecording(name))
    const broken = fc.tuple(flips, fc.nat(bytes.length))
    const property = fc.asyncProperty(broken, ([places, end]) =>
      check(flipped(bytes, places).subarray(0, end || undefined), name),
    )
    await fc.assert(property, { numRuns: 200 })
  })

  it('of the manifest or a config, flipped, the result is verified or a coded error', async () => {
    const name = '100-save-parents--a'
    const bytes = readRecording(name)
    const text = Buffer.from(bytes).toString('latin1')
    const starts = [...text.matchAll(/[[{]"(?:architecture|Config)/g)].map(({ index }) => index)
    const near = fc.tuple(fc.constantFrom(...starts), fc.nat(1300), fc.integer({ min: 1, max: 255 }))
    const property = fc.asyncProperty(near, ([start, by, mask]) => check(flipped(bytes, [[start + by, mask]]), name))
    await fc.assert(property, { numRuns: 500 })
  })

  it('or noise, the result is a coded error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), (bytes) => check(bytes, '098-orphan--a')),
      { numRuns: 200 },
    )
  })
})
