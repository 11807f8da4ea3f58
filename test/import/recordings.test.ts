import { describe, expect, it } from 'vitest'
import { chainID } from '../../src/image/rootfs.ts'
import { importArchive } from '../../src/import/index.ts'
import { allImages, childrenOf, findRawImage, parentOf } from '../../src/store/read.ts'
import { emptyStore, withMissingLayers } from '../../src/store/store.ts'
import { allTags } from '../../src/store/tags.ts'
import { compress, pack, readExpected, readRecording, recordings, unpack } from './archives.ts'

describe.each(recordings)('importing the recording %s', (name) => {
  const { images: expected } = readExpected(name)
  const ids = expected.map(({ id }) => `sha256:${id}`)

  it('gives every image its id, tags, diff ids and parent, in the order of the manifest', async () => {
    const [, images] = await importArchive(emptyStore(), readRecording(name))
    const parents = expected.map(({ parent }) => parent ?? undefined)
    expect(images).toEqual(
      expected.map(({ repo_tags, layer_sha256 }, index) => ({
        id: ids[index],
        tags: repo_tags ?? [],
        diffIDs: layer_sha256,
        parent: parents[index],
      })),
    )
  })

  it('keeps every config byte for byte', async () => {
    const [store] = await importArchive(emptyStore(), readRecording(name))
    const raws = ids.map((id) => Buffer.from(findRawImage(store, id)!).toString('base64'))
    expect(raws).toEqual(expected.map(({ config_raw }) => config_raw))
  })

  it('puts those images and tags into the store and nothing else', async () => {
    const [store] = await importArchive(emptyStore(), readRecording(name))
    const tags = expected.flatMap(({ repo_tags }, index) =>
      (repo_tags ?? []).map((tag) => ({ name: tag, id: ids[index] })),
    )
    expect(allImages(store)).toEqual(ids.toSorted())
    expect(allTags(store)).toEqual(tags.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  })

  it('is the same from a Blob, a stream, an iterable in crumbs, and gzip around the whole', async () => {
    const bytes = readRecording(name)
    const [, images] = await importArchive(emptyStore(), bytes)
    const sources = [new Blob([bytes]), new Blob([bytes]).stream(), crumbs(bytes, 97), crumbs(await compress(bytes), 1)]
    for (const source of sources) expect((await importArchive(emptyStore(), source))[1]).toEqual(images)
  })

  it('is the same whatever order the members are in, and with ./ before their names', async () => {
    const [, images] = await importArchive(emptyStore(), readRecording(name))
    const files = await unpack(readRecording(name))
    const turned = await pack(files.toReversed().map(([member, content]) => [`./${member}`, content]))
    expect((await importArchive(emptyStore(), turned))[1]).toEqual(images)
  })

  it('twice is the same as once', async () => {
    const [once] = await importArchive(emptyStore(), readRecording(name))
    const [twice] = await importArchive(once, readRecording(name))
    expect(allImages(twice)).toEqual(allImages(once))
    expect(allTags(twice)).toEqual(allTags(once))
  })
})

describe('importArchive', () => {
  it('links parents in the store, down to the children of the base', async () => {
    const [store, images] = await importArchive(emptyStore(), readRecording('100-save-parents--a'))
    const [base, first, second, third] = images.map(({ id }) => id)
    expect([parentOf(store, third!), parentOf(store, second!), parentOf(store, first!)]).toEqual([second, first, base])
    expect(childrenOf(store, base!)).toEqual([first])
  })

  it('leaves the store it was given as it was', async () => {
    const store = emptyStore()
    await importArchive(store, readRecording('100-save-parents--a'))
    expect([store.size, allTags(store)]).toEqual([0, []])
  })

  it('takes a tag from the image that had it', async () => {
    const [first] = await importArchive(emptyStore(), readRecording('082-cachefrom-basic--a'))
    const [second, images] = await importArchive(first, readRecording('084-cachefrom-multiple--a'))
    expect(allTags(second)[0]).toEqual({ name: 'c:1', id: images[0]!.id })
  })

  it('brings the layers that the store did not have', async () => {
    const bytes = readRecording('098-orphan--a')
    const [, images] = await importArchive(emptyStore(), bytes)
    const { diffIDs } = images[0]!
    const chains = diffIDs.map((_, index) => chainID({ diffIDs: diffIDs.slice(0, index + 1) })!)
    const bare = withMissingLayers(emptyStore(), [...chains, 'sha256:other'])
    const [store] = await importArchive(bare, bytes)
    expect([store.size, store.missingLayers.size]).toEqual([1, 1])
  })

  it('says how far it is, up to the size of the tar', async () => {
    const bytes = readRecording('098-orphan--a')
    const seen: number[] = []
    await importArchive(emptyStore(), crumbs(bytes, 4096), { onProgress: (count) => seen.push(count) })
    expect(seen.length).toBeGreaterThan(2)
    expect(seen.at(-1)).toBe(bytes.length)
  })

  it('without verifying gives the same images', async () => {
    const bytes = readRecording('100-save-parents--a')
    const [, images] = await importArchive(emptyStore(), bytes)
    expect((await importArchive(emptyStore(), bytes, { layers: 'skip' }))[1]).toEqual(images)
  })

  it('takes an archive without images', async () => {
    const store = emptyStore()
    expect(await importArchive(store, await pack([['manifest.json', '[]']]))).toEqual([store, []])
  })
})

async function* crumbs(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
