import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf } from '../../src/dockerfile/context.ts'
import { readContext } from '../../src/dockerfile/read-context.ts'
import { readDirectory } from '../../src/node/index.ts'
import { bytesOf, recordedTar, recordings } from '../dockerfile/recordings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layerfold-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('readDirectory', () => {
  it.each(recordings.clients)('is what the docker client sent: $tar', async ({ tar, files }) => {
    for (const { path, mode, link, content } of files) {
      const at = join(directory, path)
      if (link !== undefined) symlinkSync(link, at)
      else if (path.endsWith('/')) mkdirSync(at, { recursive: true })
      else writeFileSync(at, bytesOf(content ?? ''))
      if (link === undefined) chmodSync(at, mode & 0o7777)
    }
    const sent = await readContext(recordedTar(tar))
    const read = await readDirectory(directory, { modes: 'cli23' })
    expect(read.context).toEqual(sent.context)
    expect(read.kept).toEqual(sent.kept)
    expect(read.dockerfile).toBe('Dockerfile')
  })

  it('agrees with contextOf, and sends hard links as links', async () => {
    mkdirSync(join(directory, 'd'))
    writeFileSync(join(directory, 'd/a'), 'one')
    linkSync(join(directory, 'd/a'), join(directory, 'd/b'))
    symlinkSync('a', join(directory, 'd/s'))
    for (const path of ['d', 'd/a']) chmodSync(join(directory, path), 0o755)
    const { context } = await readDirectory(directory)
    const expected = contextOf({
      'd/a': { content: 'one', mode: 0o755 },
      'd/b': { type: 'hardlink', link: 'd/a', mode: 0o755 },
      'd/s': { link: 'a' },
    })
    expect(context).toEqual(expected)
  })

  it('finds the Dockerfile through links, and in lower case', async () => {
    mkdirSync(join(directory, 'docker'))
    writeFileSync(join(directory, 'docker/real'), 'FROM a')
    writeFileSync(join(directory, '.dockerignore'), 'docker')
    symlinkSync('docker/real', join(directory, 'dockerfile'))
    const { context, kept, dockerfile } = await readDirectory(directory)
    expect(dockerfile).toBe('docker/real')
    expect(kept.has('docker/real')).toBe(true)
    expect(context.entries.map(({ path }) => path)).toEqual(['.dockerignore', 'docker/real', 'dockerfile'])
  })

  it('stops when told, and throws what Node throws', async () => {
    const reason = new Error('enough')
    await expect(readDirectory(directory, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(readDirectory(join(directory, 'no'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

it('keeps the times of files when they are asked for', async () => {
  writeFileSync(join(directory, 'a'), '1')
  utimesSync(join(directory, 'a'), 5, 7)
  const [plain, timed] = [await readDirectory(directory), await readDirectory(directory, { times: true })]
  expect(timed.context.entries).toMatchObject([{ path: 'a', mtime: '7000000000', sum: plain.context.entries[0]!.sum }])
  expect(plain.context.entries[0]).not.toHaveProperty('mtime')
})
