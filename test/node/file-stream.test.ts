import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importArchive } from '../../src/import/index.ts'
import { readFileStream } from '../../src/node/index.ts'
import { emptyStore } from '../../src/store/store.ts'
import { archivePath, readExpected, readRecording } from '../import/archives.ts'

const NAME = '100-save-parents--a'
const path = fileURLToPath(archivePath(NAME))

describe('readFileStream', () => {
  it('gives the bytes of the file', async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of readFileStream(path)) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(readRecording(NAME)))
  })

  it('is a source for importArchive', async () => {
    const ids = readExpected(NAME).images.map(({ id }) => `sha256:${id}`)
    const [, images] = await importArchive(emptyStore(), readFileStream(path))
    expect(images.map(({ id }) => id)).toEqual(ids)
  })

  it('of a file that is not there throws what Node throws', async () => {
    const source = readFileStream('no/such/file.tar')
    await expect(importArchive(emptyStore(), source)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
