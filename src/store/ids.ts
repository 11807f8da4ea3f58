import { GoError } from '../go/error.ts'
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
        : `panic: no ':' separator in digest "${id}"`,
    )
  const [algorithm, hex] = [id.slice(0, colon), id.slice(colon + 1)]
  const cause =
    hex === ''
      ? `read ${daemon.root}/content/${algorithm}: is a directory`
      : `open ${daemon.root}/content/${algorithm}/${hex}: no such file or directory`
  return new GoError(hex === '' ? 'is-a-directory' : 'no-content', wrapped(daemon, `failed to get digest ${id}`, cause))
}

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
