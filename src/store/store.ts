import { Immer } from 'immer'
import type { Time } from '../go/time.ts'
import type { Generation } from '../image/generation.ts'
import { shape20_10 } from '../image/generations.ts'
import type { ImageID } from '../image/image.ts'
import type { ChainID } from '../image/rootfs.ts'
import { digestDigits, textDigits } from '../persistent/digits.ts'
import { Trie, trieDelete, trieSetAll } from '../persistent/trie.ts'
import { type Children, noChildren } from './children.ts'
import type { Core } from './core.ts'

/**
 * Many images as one immutable value: what a daemon has on disk and in memory. Written by the functions of this folder, each of which gives the next store and
 * leaves this one as it is for ever. Content and index are separate facts, as in the real one (spec 3): see `Node`.
 */
export interface ImageStore {
  readonly daemon: Daemon
  /** Every id that has content. */
  readonly images: Trie<ImageID, Node>
  /** How many of them are indexed: what `docker images --all` counts. */
  readonly size: number
  /** The indexed images that have no parent: what `FROM scratch` probes. */
  readonly parentless: Children
  /** `docker.io/library/app:latest` → image. The image need not exist. */
  readonly tags: Trie<string, ImageID>
  /** Stacks of layers that do not exist. All others do. */
  readonly missingLayers: Trie<string, true>
  /** Child → the parents whose set of children has it although its own parent link says otherwise: what failed calls leave behind (spec 3.4). */
  readonly strays: Trie<string, readonly ImageID[]>
}

/** The daemon that a store belongs to: all that error texts and checks depend on. */
export interface Daemon {
  readonly generation: Generation
  /** Directory that error texts name. */
  readonly root: string
  /** GOOS of the host. */
  readonly os: string
}

/** What is known of one id that has content. */
export interface Node {
  readonly core: Core
  /** Whether the daemon knows the image, or only its disk does: the content of a failed create (spec 3.2). */
  readonly indexed: boolean
  readonly parent: ImageID | undefined
  /** Empty for ever where the image is not indexed. */
  readonly children: Children
  readonly builtLocally: boolean
  readonly lastUpdated: Time | undefined
}

/** Immer with its freezing on, whatever a host program sets for its own. */
const immer = /* @__PURE__ */ new Immer({ autoFreeze: true })

export function emptyStore(daemon: Partial<Daemon> = {}): ImageStore {
  const empty: ImageStore = {
    daemon: { generation: shape20_10, root: '/var/lib/docker/image/overlay2/imagedb', os: 'linux', ...daemon },
    images: new Trie(digestDigits),
    size: 0,
    parentless: noChildren,
    tags: new Trie(textDigits),
    missingLayers: new Trie(textDigits),
    strays: new Trie(textDigits),
  }
  return immer.produce(empty, () => empty)
}

/** A copy of the store in which these fields are others. All reading is done before, so that nothing is read through a draft. */
export function withFields(store: ImageStore, fields: Partial<ImageStore>): ImageStore {
  return immer.produce(store, (draft) => {
    Object.assign(draft, fields)
  })
}

/** The same images, run by another Docker generation from here on. */
export function withGeneration(store: ImageStore, generation: Generation): ImageStore {
  if (store.daemon.generation === generation) return store
  return withFields(store, { daemon: { ...store.daemon, generation } })
}

/** The same images, of whose layers `chains` do not exist and all others do. */
export function withMissingLayers(store: ImageStore, chains: Iterable<ChainID | string>): ImageStore {
  const none = new Trie<string, true>(textDigits)
  return withFields(store, {
    missingLayers: trieSetAll(
      none,
      Array.from(chains, (chain) => [chain, true] as const),
    ),
  })
}

/** The same store, in which that stack of layers exists. */
export function withExistingLayer(store: ImageStore, chain: ChainID): ImageStore {
  const missingLayers = trieDelete(store.missingLayers, chain as string)
  return missingLayers === store.missingLayers ? store : withFields(store, { missingLayers })
}
