import { isDigest } from '../digest/digest.ts'
import { GoError, orGoError } from '../go/error.ts'
import { quote } from '../go/quote.ts'
import type { Image, ImageID } from '../image/image.ts'
import { familiarName, parseReference, type Reference, referenceKey } from '../image/reference.ts'
import { trieEntries, trieGet } from '../persistent/trie.ts'
import { nodeOf } from './ids.ts'
import { type Failure, fail, failure } from './outcome.ts'
import { readImage, searchImages } from './read.ts'
import type { ImageStore } from './store.ts'

export type Resolved = { readonly outcome: 'found'; readonly id: ImageID } | Failure

/**
 * The image that people mean by a text: an id, a name, or the beginning of an id, in the order of the store's Docker generation
 * (moby daemon/images/image.go at v20.10.24, daemon/image.go at 690882c2e7; spec 5). The text of the failure is the daemon's.
 */
export function resolveImage(store: ImageStore, ref: string): Resolved {
  const found = findNamed(store, ref)
  return found.outcome === 'found' ? { outcome: 'found', id: found.id } : found
}

/** The same, with the image or why it cannot be read: a name may lead to an image that is gone. */
export function readNamedImage(
  store: ImageStore,
  ref: string,
): { readonly outcome: 'found'; readonly id: ImageID; readonly image: Image | GoError } | Failure {
  const found = findNamed(store, ref)
  if (found.outcome === 'error') return found
  const { id, image = readImage(store, id) } = found
  return { outcome: 'found', id, image }
}

/** `image` where it has been read on the way. */
type Found = { readonly outcome: 'found'; readonly id: ImageID; readonly image?: Image }

function findNamed(store: ImageStore, ref: string): Found | Failure {
  const seed = store.daemon.generation.errors === 'bare'
  const digest = /^[a-f0-9]{64}$/.test(ref) ? `sha256:${ref}` : ref
  if (isDigest<'image'>(digest)) {
    return readable(store, digest) ?? fail('no-such-image', seed ? `no such id: ${ref}` : `No such image: ${digest}`)
  }
  return seed ? resolveSeed(store, ref) : resolveName(store, ref)
}

function resolveName(store: ImageStore, ref: string): Found | Failure {
  const reference = orGoError(() => parseReference(ref))
  if (reference instanceof GoError) return failure(reference)
  const { name, digest } = reference
  const tagged = trieGet(store.tags, referenceKey(digest === undefined ? reference : { name, tag: undefined, digest }))
  const named = tagged && readable(store, tagged)
  if (named !== undefined) return named
  const found = searchImages(store, ref)
  return found.outcome === 'found' ? found : fail('no-such-image', `No such image: ${familiarText(reference)}`)
}

/** distribution's FamiliarString, with the tag that is implied. */
function familiarText({ name, tag, digest }: Reference): string {
  const familiar = familiarName({ name })
  if (digest === undefined) return `${familiar}:${tag ?? 'latest'}`
  return `${familiar}${tag === undefined ? '' : `:${tag}`}@${digest}`
}

function resolveSeed(store: ImageStore, ref: string): Found | Failure {
  const reference = orGoError(() => parseReference(ref))
  if (reference instanceof GoError) {
    const cause = ref === '' ? 'repository name must have at least one component' : reference.message
    return fail(reference.kind, `Error parsing reference: ${quote(ref)} is not a valid repository/tag: ${cause}`)
  }
  const tagged = trieGet(store.tags, referenceKey(reference))
  if (tagged !== undefined) return { outcome: 'found', id: tagged }
  const short = reference.tag === undefined ? undefined : searchImages(store, reference.tag)
  if (short?.outcome === 'found' && isNamed(store, short.id, reference)) return short
  const found = searchImages(store, ref)
  return found.outcome === 'found' ? found : fail('no-such-image', `no such id: ${ref}`)
}

/** Whether any name of the image is in that repository: the old `repository:shortid`. */
function isNamed(store: ImageStore, id: ImageID, { name }: Reference): boolean {
  for (const [key, each] of trieEntries(store.tags))
    if (each === id && (key.startsWith(`${name}:`) || key.startsWith(`${name}@`))) return true
  return false
}

function readable(store: ImageStore, id: ImageID): Found | undefined {
  const image = nodeOf(store, id) && readImage(store, id)
  return image === undefined || image instanceof GoError ? undefined : { outcome: 'found', id, image }
}
