import { describe, expect, it } from 'vitest'
import { importArchive } from '../../src/import/index.ts'
import { emptyStore } from '../../src/store/store.ts'
import { compress, failureOf, pack, readRecording, tinyImage } from './archives.ts'

const NAME = '098-orphan--a'
const zeros = new Uint8Array(8 * 2 ** 20)

async function bombLayer(): Promise<Uint8Array<ArrayBuffer>> {
  const { name, raw } = tinyImage(zeros)
  return await pack([
    [name, raw],
    ['layer.tar', await compress(zeros)],
    ['manifest.json', JSON.stringify([{ Config: name, Layers: ['layer.tar'] }])],
  ])
}

describe('a limit', () => {
  it('of bytes stops an archive that is too long', async () => {
    const details = { where: 'archive', what: 'bytes', limit: 10_000 }
    expect(await failureOf(readRecording(NAME), { limits: { bytes: 10_000 } })).toMatchObject({
      code: 'archive-too-large',
      details,
    })
  })

  it('of bytes stops an archive that is too long once decompressed', async () => {
    const bomb = await compress(await pack([['zeros', zeros]]))
    expect(bomb.length).toBeLessThan(20_000)
    expect(await failureOf(bomb, { limits: { bytes: 2 ** 20 } })).toMatchObject({
      code: 'archive-too-large',
      details: { what: 'bytes' },
    })
  })

  it('of bytes counts what compressed layers hold', async () => {
    const details = { where: 'archive', what: 'bytes', limit: 2 ** 20 }
    expect(await failureOf(await bombLayer(), { limits: { bytes: 2 ** 20 } })).toMatchObject({
      code: 'archive-too-large',
      details,
    })
  })

  it('of one layer counts it decompressed', async () => {
    const details = { where: 'layer.tar', what: 'layerBytes', limit: 2 ** 20 }
    expect(await failureOf(await bombLayer(), { limits: { layerBytes: 2 ** 20 } })).toMatchObject({
      code: 'archive-too-large',
      details,
    })
  })

  it('of members counts directories too', async () => {
    const details = { where: 'archive', what: 'members', limit: 5 }
    expect(await failureOf(readRecording(NAME), { limits: { members: 5 } })).toMatchObject({
      code: 'archive-too-large',
      details,
    })
  })

  it('of JSON stops a config that is too large to keep', async () => {
    const { name, raw } = tinyImage(zeros, { author: 'x'.repeat(5000) })
    const archive = await pack([
      ['manifest.json', JSON.stringify([{ Config: name }])],
      [name, raw],
    ])
    const details = { where: name, what: 'configBytes', limit: 1000 }
    expect(await failureOf(archive, { limits: { configBytes: 1000 } })).toMatchObject({
      code: 'archive-too-large',
      details,
    })
  })

  it('of JSON does not hinder a layer that looks like JSON', async () => {
    const layer = new TextEncoder().encode(`{${'x'.repeat(5000)}`)
    const { name, raw } = tinyImage(layer)
    const archive = await pack([
      ['layer.tar', layer],
      ['manifest.json', JSON.stringify([{ Config: name, Layers: ['layer.tar'] }])],
      [name, raw],
    ])
    const [store] = await importArchive(emptyStore(), archive, { limits: { configBytes: 1000 } })
    expect(store.size).toBe(1)
  })

  it('that is just reached stops nothing', async () => {
    const bytes = readRecording(NAME)
    const [store] = await importArchive(emptyStore(), bytes, {
      limits: { bytes: bytes.length, layerBytes: 7168, members: 11 },
    })
    expect(store.size).toBe(1)
  })

  it('keeps a long layer out of memory', async () => {
    const size = 256 * 2 ** 20
    const before = process.memoryUsage.rss()
    let most = 0
    await importArchive(emptyStore(), longTar(size), {
      onProgress: () => {
        most = Math.max(most, process.memoryUsage.rss() - before)
      },
    }).catch(() => {})
    expect(most).toBeLessThan(size / 2)
  })
})

/** A tar with one long file, made as it is asked for. */
async function* longTar(size: number): AsyncGenerator<Uint8Array> {
  const whole = await pack([['layer.tar', '']])
  const header = whole.slice(0, 512)
  header.set(new TextEncoder().encode(`${size.toString(8).padStart(11, '0')}\0`), 124)
  header.fill(32, 148, 156)
  const sum = header.reduce((a, b) => a + b, 0)
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  yield header
  for (let at = 0; at < size; at += 2 ** 20) yield new Uint8Array(2 ** 20)
  yield new Uint8Array(1024)
}
