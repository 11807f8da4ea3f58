import { LayerfoldError } from '../errors.ts'
import { GoError, orGoError } from '../go/error.ts'
import { compareText } from '../go/text.ts'
import type { Time } from '../go/time.ts'
import { decodeImage, type ImageWithRootFS } from '../image/codec.ts'
import type { Generation } from '../image/generation.ts'
import type { Image, ImageID } from '../image/image.ts'
import { trieEntries } from '../persistent/trie.ts'
import { childIDs } from './children.ts'
import { unpackContent, wholeContent } from './content.ts'
import type { Core } from './core.ts'
import { indexedNode, noContent, nodeOf, noMetadata } from './ids.ts'
import { type Failure, fail } from './outcome.ts'
import type { ImageStore } from './store.ts'

/**
 * The image, frozen, decoded as the store's generation does it; `undefined` when there is no content that is one. Reads content, not the index: what a failed create left
 * behind is found (moby's store.Get, spec 3.3).
 */
export function findImage(store: ImageStore, id: string): Image | undefined {
  const image = readImage(store, id)
  return image instanceof GoError ? undefined : image
}

/** The image, frozen. Throws `image-unreadable` with the daemon's text where `findImage` gives `undefined`. */
export function getImage(store: ImageStore, id: string): Image {
  const image = readImage(store, id)
  if (image instanceof GoError) throw unreadable(id, image)
  return image
}

/** The raw bytes of the image's config, of which `id` is the digest; `undefined` when there are none. A copy. */
export function findRawImage(store: ImageStore, id: string): Uint8Array | undefined {
  const node = nodeOf(store, id)
  return node === undefined ? undefined : unpackContent(node.core.content)
}

/** Whether the daemon knows the image: it is listed, counted and can be a parent. */
export function hasImage(store: ImageStore, id: string): id is ImageID {
  return indexedNode(store, id) !== undefined
}

/** The parent link, which may name an image that is gone; `undefined` when there is none (spec 3.5). */
export function parentOf(store: ImageStore, id: string): ImageID | undefined {
  return nodeOf(store, id)?.parent
}

/** The parent link. Throws `image-unreadable` where there is none, with the text of moby's store.GetParent. */
export function getParent(store: ImageStore, id: string): ImageID {
  const node = nodeOf(store, id)
  if (node === undefined) throw unreadable(id, noContent(store, id))
  if (node.parent === undefined) throw unreadable(id, noMetadata(store, node.core.id, 'parent'))
  return node.parent
}

/** The ids that the image's set of children has, ascending; after failed calls some may not exist (spec 3.4). */
export function childrenOf(store: ImageStore, id: string): string[] {
  const node = indexedNode(store, id)
  return node === undefined ? [] : childIDs(node.children)
}

/** All images that the daemon knows, ascending. Takes time in proportion to the store. */
export function allImages(store: ImageStore): ImageID[] {
  return Array.from(trieEntries(store.images)).flatMap(([id, node]) => (node.indexed ? [id] : []))
}

/** The images that have no children, ascending. Takes time in proportion to the store. */
export function heads(store: ImageStore): ImageID[] {
  return Array.from(trieEntries(store.images)).flatMap(([id, node]) =>
    node.indexed && node.children.size === 0 ? [id] : [],
  )
}

export function isBuiltLocally(store: ImageStore, id: string): boolean {
  return nodeOf(store, id)?.builtLocally === true
}

/** When the image was last tagged or made anew; `undefined` when that was never noted. */
export function lastUpdatedOf(store: ImageStore, id: string): Time | undefined {
  return nodeOf(store, id)?.lastUpdated
}

/**
 * The one image whose id begins with `term`: hex, or `sha256:` and hex. moby's store.Search over its digest set (spec 3.7); the text of the failure
 * is the daemon's.
 */
export function searchImages(
  store: ImageStore,
  term: string,
): { readonly outcome: 'found'; readonly id: ImageID } | Failure {
  const [id, another] = firstTwo(store, term)
  if (id === undefined) return fail('no-such-image', `No such image: ${term}`)
  const whole = id === term || id.slice(7) === term
  return another === undefined || whole ? { outcome: 'found', id } : fail('ambiguous', 'ambiguous digest string')
}

/** The image, decoded, or why it cannot be. */
export function readImage(store: ImageStore, id: string): ImageWithRootFS | GoError {
  const node = nodeOf(store, id)
  return node === undefined ? noContent(store, id) : decodeCore(node.core, store.daemon.generation)
}

/** How many images are kept decoded. */
const MOST = 256

/**
 * Builds read the same few images again and again, and decoding one costs as much as ten probes. Those read last are kept, frozen: what one caller gets, another
 * may have. No answer depends on it, only the time it takes.
 */
let decoded = /* @__PURE__ */ new WeakMap<Core, { readonly generation: Generation; readonly image: ImageWithRootFS }>()
let count = 0

function decodeCore(core: Core, generation: Generation): ImageWithRootFS | GoError {
  const known = decoded.get(core)
  if (known?.generation === generation) return known.image
  const image = orGoError(() => decodeImage(wholeContent(core.content), generation))
  if (image instanceof GoError) return image
  if (++count > MOST) {
    decoded = new WeakMap()
    count = 1
  }
  decoded.set(core, { generation, image: frozen(image) })
  return image
}

/** The value, frozen with all that is in it. Immer's own would bring Immer to those who only read. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const each of Object.values(value)) frozen(each)
  return Object.freeze(value)
}

function firstTwo(store: ImageStore, term: string): ImageID[] {
  const hex = term.startsWith('sha256:') && term.length > 7 ? term.slice(7) : term
  const found: ImageID[] = []
  if (hex.length > 64 || !/^[a-f0-9]*$/.test(hex)) return found
  const digits = Array.from(hex, (char) => Number.parseInt(char, 16))
  for (const [id, node] of trieEntries(store.images, digits)) {
    if (node.indexed) found.push(id)
    if (found.length === 2) break
  }
  return found.sort(compareText)
}

function unreadable(id: string, { kind, message }: GoError): LayerfoldError<'image-unreadable'> {
  return new LayerfoldError('image-unreadable', { id, kind, text: message })
}
