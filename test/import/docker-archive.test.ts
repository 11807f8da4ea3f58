import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packTar, unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { isLayerfoldError } from '../../src/errors.ts'
import { importArchive } from '../../src/import/docker-archive.ts'
import { readFileStream } from '../../src/node/index.ts'
import { findRawImage, parentOf } from '../../src/store/read.ts'
import { emptyStore } from '../../src/store/store.ts'
import { findTagged } from '../../src/store/tags.ts'

const FOLDER = join(import.meta.dirname, 'archives')
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.tar'))
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)))
const basic = bytesOf('082-cachefrom-basic--a.tar')

interface Expected {
  readonly images: readonly {
    id: string
    config_raw: string
    repo_tags: string[]
    layer_sha256: string[]
    parent?: string
  }[]
}

type File = { readonly name: string; readonly data: Uint8Array }

async function filesOf(archive: Uint8Array): Promise<File[]> {
  const entries = await unpackTar(archive)
  return entries.flatMap(({ header, data }) =>
    header.type === 'file' ? [{ name: header.name, data: data ?? new Uint8Array() }] : [],
  )
}

const pack = (files: readonly File[]): Promise<Uint8Array> =>
  packTar(
    files.map(({ name, data }) => ({ header: { name, type: 'file' as const, size: data.length }, data: data.slice() })),
  )

async function codeOf(archive: Uint8Array | Promise<Uint8Array>, limits = {}): Promise<string> {
  try {
    await importArchive(emptyStore(), await archive, { limits })
    return 'imported'
  } catch (error) {
    if (!isLayerfoldError(error)) throw error
    return error.code
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('importArchive', () => {
  it.each(names)('loads %s as the daemon that saved it has it', async (name) => {
    const expected = JSON.parse(readFileSync(join(FOLDER, name.replace('.tar', '.expected.json')), 'utf8')) as Expected
    const [store, images] = await importArchive(emptyStore(), bytesOf(name))
    expect(images.map(({ id }) => id.slice(7)).sort()).toEqual(expected.images.map(({ id }) => id).sort())
    for (const image of expected.images) {
      const id = `sha256:${image.id}`
      expect(Buffer.from(findRawImage(store, id)!).toString('base64')).toBe(image.config_raw)
      expect(images.find((each) => each.id === id)!.diffIDs.map((each) => each.slice(7))).toEqual(
        image.layer_sha256.map((each) => each.replace('sha256:', '')),
      )
      for (const tag of image.repo_tags ?? []) expect(findTagged(store, tag)).toBe(id)
      if (image.parent) expect(parentOf(store, id)?.slice(7)).toBe(image.parent.replace('sha256:', ''))
    }
  })

  it('gives the same from a file, a blob and a gzip stream', async () => {
    const [, images] = await importArchive(emptyStore(), basic)
    const gzip = new Blob([basic.slice()]).stream().pipeThrough(new CompressionStream('gzip'))
    for (const source of [
      readFileStream(join(FOLDER, '082-cachefrom-basic--a.tar')),
      new Blob([basic.slice()]),
      gzip,
    ]) {
      expect((await importArchive(emptyStore(), source))[1]).toEqual(images)
    }
  })

  // No recording of a Docker >= 25 archive is at hand: this one is made of a real image by the format's documentation (manifest.json beside an OCI layout).
  it('loads the layout of Docker 25, blobs with gzip layers', async () => {
    const files = await filesOf(basic)
    const manifest = JSON.parse(Buffer.from(files.find(({ name }) => name === 'manifest.json')!.data).toString()) as {
      Config: string
      Layers: string[]
      RepoTags: string[]
    }[]
    const [{ Config, Layers, RepoTags }] = manifest as [(typeof manifest)[0]]
    const resolved = (await unpackTar(basic)).map(({ header, data }) => ({ header, data }))
    const layerData = (name: string): Uint8Array => {
      const found = resolved.find(({ header }) => header.name === name)!
      return found.header.type === 'symlink' ? layerData(found.header.linkname!.replace('../', '')) : found.data!
    }
    const { digestOf } = await import('../../src/digest/digest.ts')
    const { gzipSync } = await import('node:zlib')
    const blob = (data: Uint8Array): File => ({ name: `blobs/sha256/${digestOf(data).slice(7)}`, data })
    const config = blob(files.find(({ name }) => name === Config)!.data)
    const layers = Layers.map((name) => blob(new Uint8Array(gzipSync(layerData(name)))))
    const archive = await pack([
      config,
      ...new Map(layers.map((layer) => [layer.name, layer])).values(),
      { name: 'oci-layout', data: text('{"imageLayoutVersion":"1.0.0"}') },
      {
        name: 'manifest.json',
        data: text(JSON.stringify([{ Config: config.name, RepoTags, Layers: layers.map(({ name }) => name) }])),
      },
    ])
    const [, [old]] = await importArchive(emptyStore(), basic)
    const [, [made]] = await importArchive(emptyStore(), archive)
    expect(made).toEqual({ ...old, parent: undefined })
  })
})

describe('a hostile archive', () => {
  const edit = async (change: (files: File[]) => File[]): Promise<Uint8Array> => pack(change(await filesOf(basic)))
  const manifest = (value: unknown) =>
    edit((files) =>
      files.map((file) => (file.name === 'manifest.json' ? { ...file, data: text(JSON.stringify(value)) } : file)),
    )

  it.each<[what: string, archive: () => Uint8Array | Promise<Uint8Array>, code: string]>([
    ['nothing', () => new Uint8Array(), 'archive-malformed'],
    ['no tar', () => text('x'.repeat(2000)), 'archive-malformed'],
    ['cut', () => basic.slice(0, 5000), 'archive-malformed'],
    [
      'without manifest',
      () => edit((files) => files.filter(({ name }) => name !== 'manifest.json')),
      'archive-malformed',
    ],
    ['with a name twice', () => edit((files) => [...files, files[0]!]), 'archive-malformed'],
    [
      'with a name that climbs out',
      () => edit((files) => [...files, { name: '../../etc/passwd', data: text('x') }]),
      'archive-malformed',
    ],
    ['with a manifest that is no list', () => manifest({ __proto__: null, Config: 'x' }), 'archive-malformed'],
    ['with a manifest of another shape', () => manifest([{ Config: 5 }]), 'archive-malformed'],
    ['with a config that is missing', () => manifest([{ Config: 'gone.json', Layers: [] }]), 'archive-malformed'],
    [
      'with another layer than promised',
      () =>
        edit((files) =>
          files.map((file) => (file.name.endsWith('layer.tar') ? { ...file, data: new Uint8Array(512) } : file)),
        ),
      'archive-digest-mismatch',
    ],
    [
      'with a blob that is not its name',
      () => edit((files) => [...files, { name: `blobs/sha256/${'0'.repeat(64)}`, data: text('x') }]),
      'archive-digest-mismatch',
    ],
  ])('%s is told by its code', async (_, archive, code) => {
    expect(await codeOf(await archive())).toBe(code)
  })

  it('that is larger than the limits is refused', async () => {
    expect(await codeOf(basic, { bytes: 1000 })).toBe('archive-too-large')
    expect(await codeOf(basic, { members: 2 })).toBe('archive-too-large')
    const bomb = new Blob([new Uint8Array(20_000_000)]).stream().pipeThrough(new CompressionStream('gzip'))
    await expect(importArchive(emptyStore(), bomb, { limits: { bytes: 1_000_000 } })).rejects.toMatchObject({
      code: 'archive-too-large',
    })
  })

  it('with any byte flipped is told, or changes nothing that counts', async () => {
    const [, expected] = await importArchive(emptyStore(), basic)
    for (let at = 7; at < basic.length; at += 997) {
      const flipped = basic.slice()
      flipped[at]! ^= 0x41
      const outcome = await importArchive(emptyStore(), flipped).then(
        ([store, images]) =>
          images.every(({ id }) => findRawImage(store, id) !== undefined) && images.length === expected.length,
        (error) => isLayerfoldError(error),
      )
      expect(outcome).toBe(true)
    }
  })

  it('is given up when the signal says so', async () => {
    await expect(importArchive(emptyStore(), basic, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
