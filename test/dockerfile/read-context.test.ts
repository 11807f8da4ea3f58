import { packTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { type ContextOptions, readContext } from '../../src/dockerfile/read-context.ts'
import { startSum } from '../../src/dockerfile/sum.ts'
import { LayerfoldError } from '../../src/errors.ts'
import { compress } from '../import/archives.ts'
import { recordedTar, recordings } from './recordings.ts'

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
const mtime = new Date(0)

async function tarOf(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  return await packTar(
    Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length, mtime }, body })),
  )
}

async function failureOf(source: Parameters<typeof readContext>[0], options?: ContextOptions): Promise<LayerfoldError> {
  const error = await readContext(source, options).then(
    () => new Error('it was read'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof LayerfoldError)) throw error
  return error
}

describe('readContext', () => {
  it('gives the same from bytes, gzip, a blob and a stream of single bytes', async () => {
    const tar = recordedTar(recordings.cases[0]![0])
    const expected = await readContext(tar)
    expect(await readContext(await compress(tar))).toEqual(expected)
    expect(await readContext(new Blob([tar]))).toEqual(expected)
    const bytes = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of tar) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect(await readContext(bytes)).toEqual(expected)
  })

  it('keeps what is asked for, and .dockerignore for the daemon', async () => {
    const tar = await tarOf({ './.dockerignore': '*', Dockerfile: 'FROM a', 'd/Dockerfile': 'FROM b' })
    const { context, kept } = await readContext(tar, { keep: ['./d/Dockerfile', 'nope'] })
    expect(context.dockerignore).toBe('*')
    expect(Array.from(kept, ([path, bytes]) => [path, text(bytes)])).toEqual([['./d/Dockerfile', 'FROM b']])
    expect(text((await readContext(tar)).kept.get('Dockerfile'))).toBe('FROM a')
  })

  it('follows a kept link to a later file', async () => {
    const tar = await packTar([
      { header: { name: 'Dockerfile', size: 0, type: 'symlink', linkname: 'd/real', mtime } },
      { header: { name: 'd/real', size: 4, mtime }, body: 'FROM' },
    ])
    expect(text((await readContext(tar)).kept.get('Dockerfile'))).toBe('FROM')
  })

  it.each(['symlink', 'link'] as const)('follows a %s to an earlier file, if that was held', async (type) => {
    const linkAfter = (body: string) =>
      packTar([
        { header: { name: 'd/ignore', size: body.length, mtime }, body },
        { header: { name: '.dockerignore', size: 0, type, linkname: 'd/ignore', mtime } },
      ])
    expect((await readContext(await linkAfter('*.o'))).context.dockerignore).toBe('*.o')
    expect(await failureOf(await linkAfter('x'.repeat(2 ** 20 + 1)))).toMatchObject({
      code: 'archive-malformed',
      details: {
        where: '.dockerignore',
        reason: 'it leads to d/ignore, which came before it and was too large to hold',
      },
    })
  })

  it('reads names and xattrs that are not UTF-8', async () => {
    const name = 'n\u00e9'
    const tar = await packTar([
      { header: { name, size: 1, mtime, pax: { 'SCHILY.xattr.security.capability': 'ABC' } }, body: 'x' },
    ])
    const capability = Buffer.from(tar).indexOf('ABC')
    tar.set([1, 0xff, 0], capability)
    const at = Buffer.from(tar).lastIndexOf(Buffer.from(name))
    const before = tar[at + 1]! + tar[at + 2]!
    tar.set([0xe9, before - 0xe9], at + 1) // the checksum stays
    const { context } = await readContext(tar)
    const [entry] = context.entries
    expect(entry).toMatchObject({
      path: `n\udce9${String.fromCharCode(0xdc00 + before - 0xe9)}`,
      xattrs: { 'security.capability': '\u0001\udcff\0' },
    })
    expect(entry!.sum).toBe(startSum(entry!).update(new TextEncoder().encode('x')).hex())
  })

  it('refuses what is no tar, is cut, or is too large', async () => {
    const tar = await tarOf({ a: 'x'.repeat(2000) })
    expect(await failureOf(new Uint8Array(1000).fill(7))).toMatchObject({ code: 'archive-malformed' })
    expect(await failureOf(tar.subarray(0, 1500))).toMatchObject({ details: { where: 'a', reason: 'unexpected EOF' } })
    expect(await failureOf(tar, { limits: { bytes: 1000 } })).toMatchObject({ details: { what: 'bytes' } })
    expect(await failureOf(tar, { limits: { members: 0 } })).toMatchObject({ details: { what: 'members' } })
    expect(await failureOf(tar, { limits: { layerBytes: 9 } })).toMatchObject({ details: { what: 'layerBytes' } })
    expect(await failureOf(tar, { keep: ['a'], limits: { configBytes: 9 } })).toMatchObject({
      details: { where: 'a', what: 'configBytes' },
    })
  })

  it('stops when told, with the reason, and passes on what the source throws', async () => {
    const reason = new Error('enough')
    await expect(readContext(await tarOf({}), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const control = new AbortController()
    const onProgress = () => control.abort(reason)
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue((await tarOf({ a: 'x'.repeat(9999) })).subarray(0, 512))
      },
    })
    await expect(readContext(endless, { signal: control.signal, onProgress })).rejects.toBe(reason)
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(reason) })
    await expect(readContext(broken)).rejects.toBe(reason)
  })
})
