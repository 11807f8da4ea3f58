import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { quote } from '../go/quote.ts'
import type { ImageID } from '../image/image.ts'
import { trieGet } from '../persistent/trie.ts'
import type { Daemon, ImageStore, Node } from './store.ts'

/** The node of an id that has content; any other text has none, for a trie compares whole keys. */
export function nodeOf(store: ImageStore, id: string): Node | undefined {
  return trieGet(store.images, id as ImageID)
}

/** The node of an image that the daemon knows. */
export function indexedNode(store: ImageStore, id: string): Node | undefined {
  const node = nodeOf(store, id)
  return node?.indexed ? node : undefined
}

/** What moby's file backend says of an id without content (image/fs.go, spec 3.1). */
export function noContent({ daemon }: ImageStore, id: string): GoError {
  const colon = id.indexOf(':')
  if (colon < 0)
    return new GoError(
      'panic',
      daemon.generation.errors === 'bare'
        ? `panic: could not find ':' in digest: ${id}`
        : `panic: no ':' separator in digest ${quote(id)}`,
    )
  const path = cleanPath(`${daemon.root}/content/${id.slice(0, colon)}/${id.slice(colon + 1)}`)
  const isDirectory = DIRECTORIES.some((each) => path === cleanPath(daemon.root + each))
  const cause = isDirectory ? `read ${path}: is a directory` : `open ${path}: no such file or directory`
  return new GoError(
    isDirectory ? 'is-a-directory' : 'no-content',
    wrapped(daemon, `failed to get digest ${id}`, cause),
  )
}

const DIRECTORIES = ['', '/content', '/content/sha256', '/metadata', '/metadata/sha256']

/** What it says of a metadata file that is not there. */
export function noMetadata({ daemon }: ImageStore, id: ImageID, name: string): GoError {
  const file = `${daemon.root}/metadata/sha256/${id.slice(7)}/${name}`
  return new GoError(
    'no-metadata',
    wrapped(daemon, 'failed to read metadata', `open ${file}: no such file or directory`),
  )
}

/** 1.13 gives the cause alone. */
export function wrapped({ generation }: Daemon, what: string, cause: string): string {
  return generation.errors === 'bare' ? cause : `${what}: ${cause}`
}
