import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest/digest.ts'
import { importArchive } from '../../src/import/index.ts'
import { emptyStore } from '../../src/store/store.ts'
import { type Content, compress, failureOf, pack, readExpected, readRecording, unpack } from './archives.ts'

/*
 * The layout that `docker save` writes since 25.0. No recording of it is at hand: these archives are made from the configs and layers of a recording by
 * 20.10.24, by the format's documentation (OCI image-spec, image-layout.md; moby image/tarexport/save.go @ v25.0.0): every config, layer and OCI
 * manifest is a member `blobs/sha256/<hex>`, and manifest.json names the blobs.
 */
const RECORDING = '100-save-parents--a'
const blobName = (bytes: Uint8Array): string => `blobs/sha256/${digestOf(bytes).slice(7)}`
const descriptor = (mediaType: string, bytes: Uint8Array): object => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
})

interface Layout {
  readonly files: [string, Content][]
  readonly layers: readonly string[]
  readonly configs: readonly string[]
}

async function ociLayout(
  pressed: (layer: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> | Uint8Array,
): Promise<Layout> {
  const old = new Map(await unpack(readRecording(RECORDING)))
  const blobs = new Map<string, Uint8Array>()
  const addBlob = (bytes: Uint8Array): string => {
    blobs.set(blobName(bytes), bytes)
    return blobName(bytes)
  }
  const { images } = readExpected(RECORDING)
  const byDigest = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const content of old.values())
    if (content instanceof Uint8Array) byDigest.set(digestOf(content), content.slice())
  const manifests: object[] = []
  const entries: object[] = []
  for (const { config_path, repo_tags, layer_sha256, parent } of images) {
    const config = old.get(config_path) as Uint8Array
    const layers = await Promise.all(layer_sha256.map((digest) => pressed(byDigest.get(digest)!)))
    const manifest = new TextEncoder().encode(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: descriptor('application/vnd.oci.image.config.v1+json', config),
        layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar', layer)),
      }),
    )
    addBlob(manifest)
    manifests.push(descriptor('application/vnd.oci.image.manifest.v1+json', manifest))
    entries.push({
      Config: addBlob(config),
      RepoTags: repo_tags,
      Layers: layers.map(addBlob),
      LayerSources: {},
      ...(parent === null ? {} : { Parent: parent }),
    })
  }
  const files: [string, Content][] = [
    ...blobs,
    [
      'index.json',
      JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }),
    ],
    ['manifest.json', JSON.stringify(entries)],
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
  ]
  const layers = (entries as { Layers: string[] }[]).flatMap(({ Layers }) => Layers)
  return { files, layers, configs: (entries as { Config: string }[]).map(({ Config }) => Config) }
}

const plain = (layer: Uint8Array): Uint8Array => layer
const replaced = (files: [string, Content][], name: string, content: Content): [string, Content][] =>
  files.map(([member, before]) => [member, member === name ? content : before])

describe('importing the layout of Docker 25', () => {
  it('gives the same images as the old layout', async () => {
    const [, images] = await importArchive(emptyStore(), readRecording(RECORDING))
    const { files } = await ociLayout(plain)
    expect((await importArchive(emptyStore(), await pack(files)))[1]).toEqual(images)
  })

  it('gives the same images when its layers are gzip', async () => {
    const [, images] = await importArchive(emptyStore(), readRecording(RECORDING))
    const { files } = await ociLayout(compress)
    expect((await importArchive(emptyStore(), await pack(files)))[1]).toEqual(images)
  })

  it('refuses a layer that does not have the digest of its name', async () => {
    const { files, layers } = await ociLayout(plain)
    const other = new Uint8Array(1024)
    const { code, details } = await failureOf(await pack(replaced(files, layers[1]!, other)))
    const expected = layers[1]!.replace('blobs/sha256/', 'sha256:')
    expect({ code, details }).toEqual({
      code: 'archive-digest-mismatch',
      details: { where: layers[1], expected, actual: digestOf(other) },
    })
  })

  it('refuses a config that does not have the digest of its name', async () => {
    const { files, configs } = await ociLayout(plain)
    const { code, details } = await failureOf(await pack(replaced(files, configs[0]!, '{}')))
    expect([code, details]).toEqual(['archive-digest-mismatch', expect.objectContaining({ where: configs[0] })])
  })

  it('refuses a blob that no image uses, when it does not have the digest of its name', async () => {
    const { files } = await ociLayout(plain)
    const where = `blobs/sha256/${'0'.repeat(64)}`
    expect(await failureOf(await pack([...files, [where, 'x']]))).toMatchObject({
      code: 'archive-digest-mismatch',
      details: { where },
    })
  })

  it('refuses a gzip layer that is cut off', async () => {
    const { files, layers } = await ociLayout(async (layer) => (await compress(layer)).subarray(0, 60))
    const { code, details } = await failureOf(await pack(files))
    expect([code, details]).toEqual([
      'archive-malformed',
      { where: layers[0], reason: expect.stringMatching(/^its gzip stream is broken: /) },
    ])
  })

  it.each([
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26]],
  ])('says that it does not support layers in %s', async (name, magic) => {
    const { files, layers } = await ociLayout((layer) => Uint8Array.from([...magic, ...layer]))
    expect(await failureOf(await pack(files))).toMatchObject({
      code: 'archive-malformed',
      details: { where: layers[0], reason: `is compressed with ${name}, which is not supported` },
    })
  })

  it('says which file is missing from an OCI layout that is not of Docker', async () => {
    const { files } = await ociLayout(plain)
    const pure = files.filter(([name]) => name !== 'manifest.json')
    expect(await failureOf(await pack(pure))).toMatchObject({
      code: 'archive-malformed',
      details: { where: 'manifest.json', reason: 'is missing: an OCI layout without it is not read' },
    })
  })
})
