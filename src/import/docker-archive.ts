import { LayerfoldError } from '../errors.ts'
import { readUTF8 } from '../go/text.ts'
import { sameHistory } from '../image/history.ts'
import type { Image, ImageID } from '../image/image.ts'
import type { DiffID } from '../image/rootfs.ts'
import { getImage, hasImage } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import { tagImage } from '../store/tags.ts'
import { createImage, setParent } from '../store/write.ts'
import { type ArchiveSource, cleanName, type ImportLimits, type Member, readMembers } from './archive.ts'

export interface ImportOptions {
  readonly limits?: ImportLimits
  readonly signal?: AbortSignal
}

/** One image of an archive, as it is now in the store. */
export interface ImportedImage {
  readonly id: ImageID
  /** As the archive names it: `app:latest`. */
  readonly tags: readonly string[]
  readonly diffIDs: readonly DiffID[]
  /** The parent link that the archive brought and that was valid. */
  readonly parent: ImageID | undefined
}

/**
 * Loads what `docker save` wrote, by its manifest.json: the layout of all releases, which since 25.0 is an OCI layout as well (moby image/tarexport/load.go at v20.10.24).
 * Every layer is hashed as it streams past and compared with its diff id; every blob with its name. Throws `archive-malformed`, `archive-digest-mismatch`
 * or `archive-too-large`; then nothing has been imported, for the given store never changes.
 */
export async function importArchive(
  store: ImageStore,
  source: ArchiveSource,
  options: ImportOptions = {},
): Promise<[next: ImageStore, images: readonly ImportedImage[]]> {
  const members = await readMembers(source, options.limits ?? {}, options.signal)
  for (const member of members.values()) checkBlobName(member)
  const entries = readManifest(members)
  let next = store
  const loaded: { id: ImageID; entry: ManifestEntry; diffIDs: readonly DiffID[] }[] = []
  for (const entry of entries) {
    const [made, id, diffIDs] = loadImage(next, members, entry)
    next = entry.RepoTags.reduce((tagged, tag) => tagImage(tagged, tag, id), made)
    loaded.push({ id, entry, diffIDs })
  }
  const images: ImportedImage[] = []
  for (const { id, entry, diffIDs } of loaded) {
    const parent = validParent(next, id, entry.Parent)
    if (parent !== undefined) [next] = setParent(next, id, parent)
    images.push({ id, tags: entry.RepoTags, diffIDs, parent })
  }
  return [next, images]
}

/** One entry of manifest.json. */
interface ManifestEntry {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
  readonly Parent: string
}

function malformed(where: string, reason: string): LayerfoldError {
  return new LayerfoldError('archive-malformed', { where, reason })
}

/** A blob that is named by a digest has that digest. */
function checkBlobName({ name, digest, link }: Member): void {
  const hex = /^blobs\/sha256\/([a-f0-9]{64})$/.exec(name)?.[1]
  if (hex === undefined || link !== undefined || digest === `sha256:${hex}`) return
  throw new LayerfoldError('archive-digest-mismatch', { where: name, expected: `sha256:${hex}`, actual: digest })
}

function readManifest(members: ReadonlyMap<string, Member>): ManifestEntry[] {
  const text = readUTF8(bytesOf(members, 'manifest.json'))
  let json: unknown
  try {
    json = JSON.parse(text ?? '')
  } catch (error) {
    throw new LayerfoldError('archive-malformed', { where: 'manifest.json', reason: 'it is not JSON' }, error)
  }
  if (!Array.isArray(json)) throw malformed('manifest.json', 'it is not a list')
  return json.map(readEntry)
}

function readEntry(json: unknown): ManifestEntry {
  const entry = (json ?? {}) as Readonly<Record<string, unknown>>
  const { Config, RepoTags, Layers, Parent } = entry
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string')
  if (
    typeof Config !== 'string' ||
    !texts(Layers ?? []) ||
    !texts(RepoTags ?? []) ||
    typeof (Parent ?? '') !== 'string'
  ) {
    throw malformed('manifest.json', 'an entry does not have the shape {Config, RepoTags, Layers, Parent}')
  }
  return {
    Config,
    RepoTags: (RepoTags ?? []) as string[],
    Layers: (Layers ?? []) as string[],
    Parent: (Parent ?? '') as string,
  }
}

function loadImage(
  store: ImageStore,
  members: ReadonlyMap<string, Member>,
  entry: ManifestEntry,
): [ImageStore, ImageID, readonly DiffID[]] {
  const [next, made] = createImage(store, bytesOf(members, entry.Config))
  if (made.outcome === 'error') throw malformed(entry.Config, made.text)
  const hex = /([a-f0-9]{64})(\.json)?$/.exec(entry.Config)?.[1]
  if (hex !== undefined && made.id !== `sha256:${hex}`) {
    throw new LayerfoldError('archive-digest-mismatch', {
      where: entry.Config,
      expected: `sha256:${hex}`,
      actual: made.id,
    })
  }
  const diffIDs = getImage(next, made.id).rootfs?.diffIDs ?? []
  if (diffIDs.length !== entry.Layers.length) {
    throw malformed(
      entry.Config,
      `invalid manifest, layers length mismatch: expected ${diffIDs.length}, got ${entry.Layers.length}`,
    )
  }
  for (const [index, name] of entry.Layers.entries()) checkLayer(memberOf(members, name), diffIDs[index]!)
  return [next, made.id, diffIDs]
}

function checkLayer({ name, diffID }: Member, expected: DiffID): void {
  if (diffID !== expected)
    throw new LayerfoldError('archive-digest-mismatch', { where: name, expected, actual: diffID })
}

/** The member itself, links followed: 20.10 writes a layer that several images have once, and links to it. */
function memberOf(members: ReadonlyMap<string, Member>, name: string): Member {
  let member = members.get(cleanName(name))
  const passed = new Set<Member>()
  while (member?.link !== undefined) {
    if (passed.has(member)) throw malformed(name, 'a link leads to itself')
    passed.add(member)
    const folder = member.name.slice(0, member.name.lastIndexOf('/') + 1)
    member =
      members.get(cleanName(`${folder}${member.link}`)) ?? members.get(cleanName(member.link.replace(/^(\.\.\/)+/, '')))
  }
  if (member === undefined) throw malformed(name, 'the member is missing')
  return member
}

function bytesOf(members: ReadonlyMap<string, Member>, name: string): Uint8Array {
  const { bytes } = memberOf(members, name)
  if (bytes === undefined) throw malformed(name, 'the member is too large to be a JSON document')
  return bytes
}

/** moby's setParentID and checkValidParent: the parent is there, and the image has just one step more. */
function validParent(store: ImageStore, id: ImageID, parent: string): ImageID | undefined {
  if (parent === '' || !hasImage(store, parent)) return undefined
  return isOneStepMore(getImage(store, id), getImage(store, parent)) ? parent : undefined
}

function isOneStepMore({ history = [] }: Image, { history: before = [] }: Image): boolean {
  if (history.length === 0 && before.length === 0) return true
  return history.length - before.length === 1 && before.every((entry, index) => sameHistory(entry, history[index]!))
}
