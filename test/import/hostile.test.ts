import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest/digest.ts'
import { type Content, changed, compress, failureOf, pack, readExpected, readRecording, tinyImage } from './archives.ts'

const NAME = '082-cachefrom-basic--a'
const [image] = readExpected(NAME).images
const config = image!.config_path
const [layer] = image!.layer_paths as [string]
const entry = { Config: config, RepoTags: ['c:1'], Layers: image!.layer_paths }
const manifest = (...entries: readonly unknown[]): Content => JSON.stringify(entries)

describe('an archive', () => {
  it.each([
    ['that is empty', () => new Uint8Array(), 'archive', 'is empty'],
    ['that is an empty tar', () => new Uint8Array(10_240), 'manifest.json', 'is missing'],
    ['that is no tar', () => new TextEncoder().encode('no tar at all '.repeat(100)), 'archive', /checksum|tar/],
    ['that is shorter than a block', () => Uint8Array.of(1, 2, 3), 'archive', /truncated/],
    ['that is cut off in a header', () => readRecording(NAME).subarray(0, 700), 'archive', /truncated/],
    ['that is cut off in a layer', () => readRecording(NAME).subarray(0, 3000), /./, /truncated/],
    ['that is cut off between members', () => readRecording(NAME).subarray(0, 1536), 'archive', /truncated/],
    ['that lacks its end', () => readRecording(NAME).subarray(0, 30_000), /./, /truncated/],
    ['that is gzip and cut off', async () => (await compress(readRecording(NAME))).subarray(0, 900), /./, /./],
    ['that is gzip of nothing', () => compress(new Uint8Array()), 'archive', /truncated/],
    ['that is zstd', () => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0), 'archive', /compressed with zstd/],
  ])('%s is malformed', async (_, make, where, reason) => {
    const { code, details } = await failureOf(await make())
    expect(code).toBe('archive-malformed')
    expect(details).toEqual({ where: matching(where), reason: matching(reason) })
  })
})

describe('manifest.json', () => {
  it.each<[string, Content | undefined, string | RegExp]>([
    ['that is missing', undefined, /^is missing: archives of Docker before 1.10/],
    ['that is no JSON', '[{', 'is not JSON'],
    ['that is no text', Uint8Array.of(0x5b, 0xff, 0x5d), 'is not UTF-8'],
    ['that is empty', '', 'is not JSON'],
    ['that is null', 'null', 'is not JSON'],
    ['that is an object', '{"__proto__": []}', 'is no list of images'],
    ['with an image that is null', '[null]', 'image 0 is no object'],
    ['with an image that is a list', '[[]]', 'image 0 has no Config'],
    ['with a Config only in __proto__', '[{"__proto__": {"Config": "c"}}]', 'image 0 has no Config'],
    ['with a Config that is a number', '[{"Config": 1}]', 'image 0 has no Config'],
    ['with tags that are text', '[{"Config": "c", "RepoTags": "a:1"}]', /RepoTags/],
    ['with layers that are numbers', '[{"Config": "c", "Layers": [1]}]', /Layers/],
    ['with a parent that is a list', '[{"Config": "c", "Parent": []}]', /Parent/],
    ['with a name that has no tag', manifest({ ...entry, RepoTags: ['c'] }), 'invalid tag "c"'],
    ['with a tag that is no reference', manifest({ ...entry, RepoTags: ['__proto__:Ü'] }), /^invalid tag/],
  ])('%s is malformed', async (_, content, reason) => {
    const { code, details } = await failureOf(await changed(NAME, { 'manifest.json': content }))
    expect(code).toBe('archive-malformed')
    expect(details).toEqual({ where: 'manifest.json', reason: matching(reason) })
  })

  it('that links to itself is malformed', async () => {
    const archive = await changed(NAME, { 'manifest.json': { symlink: 'manifest.json' } })
    expect(await failureOf(archive)).toMatchObject({ details: { reason: 'its links go round in a circle' } })
  })
})

describe('a member', () => {
  it.each<[string, Record<string, Content | undefined>, string, string]>([
    ['that is missing, a config', { [config]: undefined }, config, 'is missing'],
    ['that is missing, a layer', { [layer]: undefined }, layer, 'is missing'],
    [
      'called __proto__, missing',
      { 'manifest.json': manifest({ ...entry, Config: '__proto__' }) },
      '__proto__',
      'is missing',
    ],
    [
      'outside, by ..',
      { 'manifest.json': manifest({ ...entry, Config: 'a/../../b' }) },
      'a/../../b',
      'the name leaves the archive',
    ],
    [
      'outside, by /',
      { 'manifest.json': manifest({ ...entry, Config: '/etc/passwd' }), '/etc/passwd': '{}' },
      '/etc/passwd',
      'the name leaves the archive',
    ],
    ['that links outside, by ..', { [layer]: { symlink: '../../layer.tar' } }, layer, 'its link leaves the archive'],
    ['that links outside, by /', { [layer]: { symlink: '/etc/passwd' } }, layer, 'its link leaves the archive'],
    ['that links outside, hard', { [layer]: { link: '../layer.tar' } }, layer, 'its link leaves the archive'],
    [
      'that links to nothing',
      { [layer]: { symlink: 'other' } },
      layer,
      `links to ${layer.replace('layer.tar', 'other')}, which is missing`,
    ],
    [
      'that links in a circle',
      { [layer]: { link: 'a' }, a: { symlink: 'b' }, b: { symlink: 'a' } },
      layer,
      'its links go round in a circle',
    ],
    ['that is a config and not JSON', { [config]: 'x' }, config, 'is not JSON'],
    [
      'that is a config and no image',
      { 'c.json': '{}', 'manifest.json': manifest({ Config: 'c.json' }) },
      'c.json',
      'invalid image JSON, no RootFS key',
    ],
  ])('%s is malformed', async (_, changes, where, reason) => {
    const { code, details } = await failureOf(await changed(NAME, changes))
    expect({ code, details }).toEqual({
      code: 'archive-malformed',
      details: { where, reason: expect.stringContaining(reason) },
    })
  })

  it('that comes twice is malformed, even when both are the same', async () => {
    const archive = await pack([
      ['a/b', 'x'],
      ['./a//b', 'x'],
    ])
    expect(await failureOf(archive)).toMatchObject({
      code: 'archive-malformed',
      details: { where: 'a/b', reason: 'is in the archive twice' },
    })
  })

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../../b'])(
    'called %s is malformed, though nothing refers to it',
    async (name) => {
      const details = { where: name, reason: 'the name leaves the archive' }
      expect(await failureOf(await changed(NAME, { [name]: 'x' }))).toMatchObject({
        code: 'archive-malformed',
        details,
      })
    },
  )

  it('that links outside does no harm when nothing refers to it', async () => {
    const archive = await changed(NAME, { evil: { symlink: '/etc' }, worse: { link: '../x' } })
    await expect(failureOf(archive)).rejects.toThrow('it was imported')
  })

  it('that is nested deeper than anyone reads is malformed', async () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const archive = await pack([
      ['c.json', deep],
      ['manifest.json', manifest({ Config: 'c.json' })],
    ])
    expect((await failureOf(archive)).code).toBe('archive-malformed')
  })
})

describe('a digest', () => {
  it('of a layer that is not the diff id is refused', async () => {
    const other = new Uint8Array(1024)
    const { code, details } = await failureOf(await changed(NAME, { [layer]: other }))
    const expected = image!.layer_sha256[0]
    expect({ code, details }).toEqual({
      code: 'archive-digest-mismatch',
      details: { where: layer, expected, actual: digestOf(other) },
    })
  })

  it('of two layers that changed places is refused', async () => {
    const [a, b, ...rest] = image!.layer_paths
    const archive = await changed(NAME, { 'manifest.json': manifest({ ...entry, Layers: [b, a, ...rest] }) })
    expect(await failureOf(archive)).toMatchObject({ code: 'archive-digest-mismatch', details: { where: b } })
  })

  it('of a config that is not its name is refused', async () => {
    const archive = await changed(NAME, { [config]: '{"rootfs":{}}' })
    expect(await failureOf(archive)).toMatchObject({
      code: 'archive-digest-mismatch',
      details: { where: config, expected: `sha256:${image!.id}` },
    })
  })

  it.each([
    ['fewer', image!.layer_paths.slice(1)],
    ['more', [...image!.layer_paths, layer]],
    ['no', null],
  ])('for each layer is needed: %s layers than diff ids are malformed', async (_, Layers) => {
    const archive = await changed(NAME, { 'manifest.json': manifest({ ...entry, Layers }) })
    const details = { where: config, reason: expect.stringMatching(/^layers length mismatch/) }
    expect(await failureOf(archive)).toMatchObject({ code: 'archive-malformed', details })
    expect(await failureOf(archive, { layers: 'skip' })).toMatchObject({ code: 'archive-malformed', details })
  })
})

describe('a parent', () => {
  const layerBytes = new Uint8Array(1024)
  const step = (createdBy: string): object => ({ created_by: createdBy, empty_layer: true })
  const family = async (...images: { history?: object[]; author: string; parent?: number }[]): Promise<Uint8Array> => {
    const made = images.map(({ history, author }) => tinyImage(layerBytes, { author, ...(history && { history }) }))
    const entries = made.map(({ name }, index) => {
      const parent = images[index]!.parent
      return { Config: name, Layers: ['layer.tar'], ...(parent !== undefined && { Parent: made[parent]!.id }) }
    })
    const configs = made.map(({ name, raw }) => [name, raw] as const)
    return await pack([...configs, ['layer.tar', layerBytes], ['manifest.json', manifest(...entries)]])
  }

  it('with other steps is refused, as docker load does', async () => {
    const archive = await family(
      { author: 'p', history: [step('a')] },
      { author: 'c', history: [step('x'), step('b')], parent: 0 },
    )
    expect(await failureOf(archive)).toMatchObject({
      details: { where: 'manifest.json', reason: expect.stringContaining('is not a valid parent for') },
    })
  })

  it('with as many steps is refused, as docker load does', async () => {
    const archive = await family(
      { author: 'p', history: [step('a')] },
      { author: 'c', history: [step('a')], parent: 0 },
    )
    expect(await failureOf(archive)).toMatchObject({
      details: { reason: expect.stringContaining('is not a valid parent for') },
    })
  })

  it('of itself, by way of another, is refused', async () => {
    const archive = await family({ author: 'a', parent: 1 }, { author: 'b', parent: 0 })
    expect(await failureOf(archive)).toMatchObject({
      details: { reason: expect.stringContaining('go round in a circle') },
    })
  })

  it('is taken on trust where neither image has a history', async () => {
    await expect(failureOf(await family({ author: 'a' }, { author: 'b', parent: 0 }))).rejects.toThrow(
      'it was imported',
    )
  })
})

function matching(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected)
}
