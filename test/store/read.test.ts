import { expect, test } from 'vitest'
import { zeroTime } from '../../src/go/time.ts'
import { shape20_10, shape25 } from '../../src/image/generations.ts'
import { getImage } from '../../src/store/read.ts'
import type { ImageStore } from '../../src/store/store.ts'
import { emptyStore, withGeneration } from '../../src/store/store.ts'
import { createImage, createImages, removeImage } from '../../src/store/write.ts'

const bytes = (author: string): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ author, config: { Env: ['A=1'] }, rootfs: { type: 'layers', diff_ids: [] } }),
  )

function created(author: string): [ImageStore, id: string] {
  const [store, result] = createImage(emptyStore({ generation: shape20_10 }), bytes(author))
  if (result.outcome === 'error') throw new Error(result.text)
  return [store, result.id]
}

test('nobody can change for others the image that is read', () => {
  const [store, id] = created('one')
  const image = getImage(store, id)
  expect(() => Object.assign(image, { author: 'two' })).toThrow(TypeError)
  expect(() => (image.config!.Env as string[]).push('B=2')).toThrow(TypeError)
  expect(getImage(store, id)).toMatchObject({ author: 'one', config: { Env: ['A=1'] } })
})

test('each generation reads the same image in its own way', () => {
  const [store, id] = created('one')
  const states = [store, withGeneration(store, shape25), store]
  expect(states.map((state) => getImage(state, id).created)).toEqual([zeroTime, undefined, zeroTime])
})

test('more images are read, in turn, than are kept decoded', () => {
  const authors = Array.from({ length: 600 }, (_, n) => `${n}`)
  const [store, results] = createImages(emptyStore(), authors.map(bytes))
  const read = (): string[] =>
    results.map((result) => (result.outcome === 'error' ? result.text : getImage(store, result.id).author))
  expect(read()).toEqual(authors)
  expect(read()).toEqual(authors)
})

test.each([
  ['sha256:', 'read /r/content/sha256: is a directory'],
  ['sha512:', 'open /r/content/sha512: no such file or directory'],
  [':', 'read /r/content: is a directory'],
  ['sha256:x//y/', 'open /r/content/sha256/x/y: no such file or directory'],
  ['sha256:../sha256/00', 'open /r/content/sha256/00: no such file or directory'],
])("an id leads to a file by Go's rules of paths: %s", (id, cause) => {
  const store = emptyStore({ generation: shape20_10, root: '/r' })
  expect(() => getImage(store, id)).toThrow(`failed to get digest ${id}: ${cause}`)
})

test('what Go quotes is quoted as Go does', () => {
  const store = emptyStore({ generation: shape20_10 })
  expect(() => getImage(store, 'a"b\n')).toThrow(String.raw`panic: no ':' separator in digest "a\"b\n"`)
  const [made, image] = createImage(store, new TextEncoder().encode('{"os":"a\\"b","rootfs":{}}'))
  if (image.outcome === 'error') throw new Error(image.text)
  const text = String.raw`unsupported image operating system "a\"b"`
  expect(removeImage(made, image.id)[1]).toMatchObject({ outcome: 'error', text })
})
