import { describe, expect, it } from 'vitest'
import { shape25 } from '../../src/image/generations.ts'
import { importArchive } from '../../src/import/index.ts'
import { allImages, parentOf } from '../../src/store/read.ts'
import { emptyStore } from '../../src/store/store.ts'
import { changed, failureOf, pack, readExpected, readRecording, tinyImage } from './archives.ts'

const NAME = '100-save-parents--a'
const { images: expected } = readExpected(NAME)

describe('a parent link', () => {
  it('to an image that is not in the archive is left out, even where the store has that image', async () => {
    const [before] = await importArchive(emptyStore(), readRecording(NAME))
    const child = expected[1]!
    const manifest = [{ Config: child.config_path, Layers: child.layer_paths, Parent: child.parent }]
    const archive = await changed(NAME, { 'manifest.json': JSON.stringify(manifest) })
    const [, [image]] = await importArchive(before, archive)
    const [alone] = await importArchive(emptyStore(), archive)
    expect([image!.parent, parentOf(alone, allImages(alone)[0]!)]).toEqual([undefined, undefined])
  })

  it('compares times as written until 24.0, and as instants since 25.0', async () => {
    const layer = new Uint8Array(1024)
    const step = (created: string, by: string): object => ({ created, created_by: by, empty_layer: true })
    const parent = tinyImage(layer, { history: [step('2026-01-01T00:00:00Z', 'a')] })
    const child = tinyImage(layer, {
      history: [step('2026-01-01T01:00:00+01:00', 'a'), step('2026-01-01T00:00:01Z', 'b')],
    })
    const manifest = [parent, child].map(({ name }, index) => ({
      Config: name,
      Layers: ['layer.tar'],
      ...(index === 1 && { Parent: parent.id }),
    }))
    const archive = await pack([
      [parent.name, parent.raw],
      [child.name, child.raw],
      ['layer.tar', layer],
      ['manifest.json', JSON.stringify(manifest)],
    ])
    expect((await failureOf(archive)).message).toContain('is not a valid parent for')
    const [, images] = await importArchive(emptyStore({ generation: shape25 }), archive)
    expect(images[1]!.parent).toBe(parent.id)
  })
})
