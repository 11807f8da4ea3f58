import { readUTF8 } from '../go/text.ts'
import { tooLarge } from './limits.ts'
import { type FileMember, getFile, type Members, malformed } from './members.ts'

/** One image of manifest.json: moby's tarexport manifestItem. */
export interface ManifestEntry {
  /** The member that is the image's config. */
  readonly config: string
  readonly repoTags: readonly string[]
  /** The members that are its layers, lowest first. */
  readonly layers: readonly string[]
  /** The parent's image id; empty for none. */
  readonly parent: string
}

/** Reads the images that an archive says it has. Throws `archive-malformed`, and `archive-too-large` when there was no room to keep it. */
export function readManifest(members: Members, configBytes: number): ManifestEntry[] {
  if (!members.has(MANIFEST)) throw malformed(MANIFEST, missingManifest(members))
  const list = parseJSON(contentOf(MANIFEST, getFile(members, MANIFEST)[1], configBytes))
  if (!Array.isArray(list)) throw malformed(MANIFEST, 'is no list of images')
  return list.map((entry: unknown, index) => readEntry(entry, index))
}

/** The bytes of a member that should be JSON. Throws `archive-malformed`, `archive-too-large`. */
export function contentOf(name: string, { content }: FileMember, configBytes: number): Uint8Array {
  if (content === 'dropped') throw tooLarge(name, 'configBytes', configBytes)
  if (content === undefined) throw malformed(name, 'is not JSON')
  return content
}

const MANIFEST = 'manifest.json'

function missingManifest(members: Members): string {
  if (members.has('index.json')) return 'is missing: an OCI layout without it is not read'
  return members.has('repositories') ? 'is missing: archives of Docker before 1.10 are not read' : 'is missing'
}

function parseJSON(bytes: Uint8Array): unknown {
  const text = readUTF8(bytes)
  if (text === undefined) throw malformed(MANIFEST, 'is not UTF-8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed(MANIFEST, 'is not JSON', error)
  }
}

function readEntry(entry: unknown, index: number): ManifestEntry {
  if (typeof entry !== 'object' || entry === null) throw malformed(MANIFEST, `image ${index} is no object`)
  const { Config, RepoTags, Layers, Parent } = entry as Partial<Record<string, unknown>>
  if (typeof Config !== 'string' || Config === '') throw malformed(MANIFEST, `image ${index} has no Config`)
  if (typeof (Parent ?? '') !== 'string') throw malformed(MANIFEST, `image ${index} has a Parent that is no text`)
  return {
    config: Config,
    repoTags: readTexts(RepoTags, `image ${index} has RepoTags that are no list of texts`),
    layers: readTexts(Layers, `image ${index} has Layers that are no list of texts`),
    parent: (Parent ?? '') as string,
  }
}

/** Absent and `null` are the empty list, as in Go. */
function readTexts(value: unknown, reason: string): string[] {
  const texts = value ?? []
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) throw malformed(MANIFEST, reason)
  return texts
}
