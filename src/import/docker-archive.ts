import { LayerfoldError } from '../errors.ts'
import { GoError, orGoError } from '../go/error.ts'
import { decodeImage } from '../image/codec.ts'
import type { ImageID } from '../image/image.ts'
import { parseReference } from '../image/reference.ts'
import type { DiffID } from '../image/rootfs.ts'
import { hasImage } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import { tagImage } from '../store/tags.ts'
import { createImage } from '../store/write.ts'
import { type Reading, readArchive } from './archive.ts'
import { checkLayers, withLayers } from './layers.ts'
import { defaultLimits, type ImportLimits } from './limits.ts'
import { contentOf, type ManifestEntry, readManifest } from './manifest.ts'
import { getFile, type Members, malformed } from './members.ts'
import { linkParents } from './parents.ts'
import type { ArchiveSource } from './source.ts'

export interface ImportOptions {
  readonly limits?: ImportLimits
  /** `verify`, the default: every layer's digest is compared with its diff id. `skip`: layers need only be there, which is much faster. */
  readonly layers?: 'verify' | 'skip'
  readonly signal?: AbortSignal
  /** Called often, with the bytes that have been read so far, after decompression. */
  readonly onProgress?: (bytes: number) => void
}

/** One image of the archive, in the manifest's order. */
export interface ImportedImage {
  readonly id: ImageID
  /** As the archive has them: `app:1`. */
  readonly tags: readonly string[]
  /** Lowest first. */
  readonly diffIDs: readonly DiffID[]
  /** The parent link that the archive gave it; `undefined` when it gave none to an image that it holds too. */
  readonly parent: ImageID | undefined
}

/**
 * Adds the images of a `docker save` archive, as `docker load` does (moby image/tarexport/load.go @ v20.10.24): configs byte for byte, tags, and
 * parent links between images of the archive. Reads both layouts, before and since Docker 25, and gzip around the whole or around layers. The archive
 * is read once, in any order of members; layers are hashed while they stream past, and only JSON is kept.
 *
 * Throws `archive-malformed`, `archive-digest-mismatch` or `archive-too-large`, all of which leave no trace: `store` is what it was. Throws the
 * signal's reason when aborted, and what the source throws, as it is. Unlike `docker load`, every layer is verified, those the store knows too; a
 * config must have the digest that its name says; a name may not climb out of the archive, nor be in it twice.
 */
export async function importArchive(
  store: ImageStore,
  source: ArchiveSource,
  options: ImportOptions = {},
): Promise<[next: ImageStore, images: readonly ImportedImage[]]> {
  const { layers = 'verify', signal, onProgress } = options
  const reading: Reading = { limits: { ...defaultLimits, ...options.limits }, layers, signal, onProgress }
  const members = await readArchive(source, reading)
  const entries = readManifest(members, reading.limits.configBytes)
  const configs = new Map<string, Config>()
  const loaded: Loaded[] = []
  let next = store
  for (const entry of entries) {
    const config = readConfig(members, entry.config, store, reading, configs)
    checkLayers(members, config.name, entry.layers, config.diffIDs, layers)
    next = addImage(next, config, entry)
    loaded.push({ id: config.id, entry, diffIDs: config.diffIDs })
  }
  const [linked, parents] = linkParents(
    next,
    loaded.map(({ id, entry }) => ({ id, parent: entry.parent })),
  )
  return [
    linked,
    loaded.map(({ id, entry, diffIDs }) => ({ id, tags: entry.repoTags, diffIDs, parent: parents.get(id) })),
  ]
}

interface Loaded {
  readonly id: ImageID
  readonly entry: ManifestEntry
  readonly diffIDs: readonly DiffID[]
}

interface Config {
  /** The member's. */
  readonly name: string
  readonly id: ImageID
  readonly raw: Uint8Array
  readonly diffIDs: readonly DiffID[]
}

/** Decoded once, however often the manifest names it. */
function readConfig(
  members: Members,
  reference: string,
  store: ImageStore,
  { limits }: Reading,
  known: Map<string, Config>,
): Config {
  const [name, file] = getFile(members, reference)
  const config = known.get(name)
  if (config !== undefined) return config
  const raw = contentOf(name, file, limits.configBytes)
  const id = file.digest as ImageID
  const expected = /(?:^|\/)([a-f0-9]{64})(?:\.json)?$/.exec(name)
  if (expected !== null && id !== `sha256:${expected[1]}`) {
    throw new LayerfoldError('archive-digest-mismatch', { where: name, expected: `sha256:${expected[1]}`, actual: id })
  }
  const fresh: Config = { name, id, raw, diffIDs: decodeDiffIDs(name, raw, store) }
  known.set(name, fresh)
  return fresh
}

function decodeDiffIDs(name: string, raw: Uint8Array, store: ImageStore): readonly DiffID[] {
  try {
    return decodeImage(raw, store.daemon.generation).rootfs.diffIDs ?? []
  } catch (error) {
    if (error instanceof GoError) throw malformed(name, error.message, error)
    throw error
  }
}

/** The image and its tags. Without `hasImage`, a manifest that names one config often would decode it as often. */
function addImage(store: ImageStore, { name, id, raw, diffIDs }: Config, { repoTags }: ManifestEntry): ImageStore {
  let next = store
  if (!hasImage(store, id)) {
    const [created, result] = createImage(withLayers(store, diffIDs), raw)
    if (result.outcome === 'error') throw malformed(name, result.text)
    next = created
  }
  for (const tag of repoTags) {
    if (!isTagged(tag)) throw malformed('manifest.json', `invalid tag ${JSON.stringify(tag)}`)
    next = tagImage(next, tag, id)
  }
  return next
}

/** Whether it is a name with a tag, and nothing more: what an image can be given. */
function isTagged(text: string): boolean {
  const reference = orGoError(() => parseReference(text))
  return !(reference instanceof GoError) && reference.tag !== undefined && reference.digest === undefined
}
