import { describe, expect, it } from 'vitest'
import { shape1_13, shape20_10 } from '../../src/image/generations.ts'
import type { ImageID } from '../../src/image/image.ts'
import { resolveImage } from '../../src/store/resolve.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage, removeImage } from '../../src/store/write.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

function add(store: ImageStore, comment: string): [ImageStore, ImageID] {
  const [next, made] = createImage(store, new TextEncoder().encode(JSON.stringify({ rootfs: {}, comment })))
  if (made.outcome === 'error') throw new Error(made.text)
  return [next, made.id]
}

const [twoImages, first] = add(emptyStore({ generation: shape20_10 }), 'one')
const [bare, second] = add(twoImages, 'two')
const hex = first.slice(7)
const store = tagImage(tagImage(bare, 'app:1', first), `app@${DIGEST}`, second)

describe('resolveImage', () => {
  it.each([
    ['a digest', first, first],
    ['64 hex', hex, first],
    ['a name and tag', 'docker.io/library/app:1', first],
    ['the digest where a tag is given too', `app:1@${DIGEST}`, second],
    ['the beginning of an id', hex.slice(0, 12), first],
    ['the beginning of a digest', first.slice(0, 19), first],
  ])('spec 5.2: %s', (_, ref, id) => {
    expect(resolveImage(store, ref)).toEqual({ outcome: 'found', id })
  })

  it('spec 5.2: a tag beats the beginning of an id', () => {
    const named = tagImage(store, hex.slice(0, 6), second)
    expect(resolveImage(named, hex.slice(0, 6))).toEqual({ outcome: 'found', id: second })
  })

  it.each([
    [DIGEST, `No such image: ${DIGEST}`],
    ['a'.repeat(64), `No such image: ${DIGEST}`],
    ['app', 'No such image: app:latest'],
    ['docker.io/user/app:2', 'No such image: user/app:2'],
    [`user/app@${DIGEST}`, `No such image: user/app@${DIGEST}`],
    [`user/app:2@${DIGEST}`, `No such image: user/app:2@${DIGEST}`],
    ['App', 'invalid reference format: repository name must be lowercase'],
    ['', 'invalid reference format'],
  ])('spec 5.2: %s: %s', (ref, text) => {
    expect(resolveImage(store, ref)).toMatchObject({ outcome: 'error', text })
  })

  it('spec 5.2: goes on where the tagged image is gone', () => {
    expect(resolveImage(removeImage(store, first)[0], 'app:1')).toMatchObject({ text: 'No such image: app:1' })
  })
})

describe('resolveImage at 1.13', () => {
  const seed = tagImage(add(emptyStore({ generation: shape1_13 }), 'one')[0], 'app:1', first)

  it('spec 5.1: takes the old repository:shortid, and any prefix', () => {
    expect(resolveImage(seed, `app:${hex.slice(0, 7)}`)).toEqual({ outcome: 'found', id: first })
    expect(resolveImage(seed, `other:${hex.slice(0, 7)}`)).toMatchObject({ outcome: 'error' })
    expect(resolveImage(seed, hex.slice(0, 3))).toEqual({ outcome: 'found', id: first })
  })

  it.each([
    ['a'.repeat(64), `no such id: ${'a'.repeat(64)}`],
    ['nobody', 'no such id: nobody'],
    ['', 'Error parsing reference: "" is not a valid repository/tag: repository name must have at least one component'],
    ['a\nb', 'Error parsing reference: "a\\nb" is not a valid repository/tag: invalid reference format'],
  ])('spec 5.1: %j: %s', (ref, text) => {
    expect(resolveImage(seed, ref)).toMatchObject({ outcome: 'error', text })
  })
})
