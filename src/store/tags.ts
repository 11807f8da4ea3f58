import { LayerfoldError } from '../errors.ts'
import { GoError, orGoError } from '../go/error.ts'
import type { ImageID } from '../image/image.ts'
import { familiarName, parseReference, type Reference, referenceKey } from '../image/reference.ts'
import { trieDelete, trieEntries, trieGet, trieSet } from '../persistent/trie.ts'
import { type ImageStore, withFields } from './store.ts'

/** Gives the image a name (`app`, `host:5000/app:1`, `app@sha256:…`), taking it from the one that had it. Throws `reference-malformed`. */
export function tagImage(store: ImageStore, name: string, id: ImageID): ImageStore {
  return withFields(store, { tags: trieSet(store.tags, referenceKey(readReference(name)), id) })
}

/** Takes the name away; the same store when nothing has it. Throws `reference-malformed`. */
export function untagImage(store: ImageStore, name: string): ImageStore {
  const tags = trieDelete(store.tags, referenceKey(readReference(name)))
  return tags === store.tags ? store : withFields(store, { tags })
}

/** The image that has the name; `undefined` when none has. Throws `reference-malformed`. */
export function findTagged(store: ImageStore, name: string): ImageID | undefined {
  return trieGet(store.tags, referenceKey(readReference(name)))
}

/** All names in the form that `docker images` prints (`busybox:latest`), with their images. */
export function allTags(store: ImageStore): { readonly name: string; readonly id: ImageID }[] {
  const tags = Array.from(trieEntries(store.tags), ([key, id]) => ({ name: familiarName({ name: key }), id }))
  return tags.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readReference(name: string): Reference {
  const reference = orGoError(() => parseReference(name))
  if (reference instanceof GoError)
    throw new LayerfoldError('reference-malformed', { reference: name, reason: reference.message })
  return reference
}
