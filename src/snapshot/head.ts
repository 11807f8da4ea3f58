import { parse, stringify } from 'superjson'
import { concat } from '../digest/bytes.ts'
import { digestOf, isDigest } from '../digest/digest.ts'
import { LayerfoldError } from '../errors.ts'
import { compareText, readUTF8 } from '../go/text.ts'
import type { ImageID } from '../image/image.ts'
import { trieEntries } from '../persistent/trie.ts'
import type { ImageStore } from '../store/store.ts'
import { uint32, viewOf } from './bytes.ts'
import { isHead, migrate } from './migrate.ts'
import type { SegmentInfo } from './segment.ts'

/** The small first part of a snapshot, written by superjson. docs/snapshot-head.schema.json says the same. */
export interface Head {
  readonly format: 'layerfold-snapshot'
  readonly version: 1
  /** `docker.io/library/app:latest` → image; ascending. */
  readonly tags: ReadonlyMap<string, ImageID>
  /** Stacks of layers that do not exist; ascending. */
  readonly missingLayers: ReadonlySet<string>
  /** Members of sets of children whose own link says otherwise, which failed calls leave behind (spec 3.4): parent and child; ascending. */
  readonly strays: readonly (readonly [parent: ImageID, child: string])[]
  readonly segments: readonly SegmentInfo[]
  /** The number of the last journal entry that the snapshot has in it; 0 without a journal. */
  readonly journal: number
}

/** What comes first in every snapshot of every version; then the head's length (4 bytes), its SHA-256 as text (71), and the head. */
const MAGIC = /* @__PURE__ */ new TextEncoder().encode('layerfold snapshot\n')
const BEFORE_HEAD = /* @__PURE__ */ (() => MAGIC.length + 4 + 71)()

export function headOf(store: ImageStore, segments: readonly SegmentInfo[], journal: number): Head {
  const strays = Array.from(trieEntries(store.strays)).flatMap(([child, parents]) =>
    parents.map((parent) => [parent, child] as const),
  )
  return {
    format: 'layerfold-snapshot',
    version: 1,
    tags: new Map(Array.from(trieEntries(store.tags)).sort(([a], [b]) => compareText(a, b))),
    missingLayers: new Set(Array.from(trieEntries(store.missingLayers), ([chain]) => chain).sort(compareText)),
    strays: strays.sort(([a, b], [c, d]) => compareText(a, c) || compareText(b, d)),
    segments,
    journal,
  }
}

export function writeHead(head: Head): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(stringify(head))
  return concat([MAGIC, uint32(text.length), new TextEncoder().encode(digestOf(text)), text])
}

/**
 * The head at the start of the bytes, brought to the newest version, and where it ends. Throws `snapshot-malformed` for what is no head or not what was written, and
 * `snapshot-version` for a newer format.
 */
export function readHead(bytes: Uint8Array, where: string): { readonly head: Head; readonly end: number } {
  const malformed = (reason: string, cause?: unknown) =>
    new LayerfoldError('snapshot-malformed', { where, reason }, cause)
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) throw malformed('it is no layerfold snapshot')
  if (bytes.length < BEFORE_HEAD) throw malformed('its head is cut short')
  const end = BEFORE_HEAD + viewOf(bytes).getUint32(MAGIC.length, true)
  if (end > bytes.length) throw malformed('its head is cut short')
  const text = bytes.subarray(BEFORE_HEAD, end)
  const digest = readUTF8(bytes.subarray(MAGIC.length + 4, BEFORE_HEAD)) ?? ''
  if (!isDigest(digest) || digest !== digestOf(text)) throw malformed('its head has another digest')
  const head = migrate(parseHead(text, malformed))
  if (!isHead(head)) throw malformed('its head cannot be read')
  return { head, end }
}

function parseHead(text: Uint8Array, malformed: (reason: string, cause?: unknown) => Error): unknown {
  try {
    return parse(readUTF8(text) ?? '')
  } catch (error) {
    throw malformed('its head cannot be read', error) // superjson's own errors have no class
  }
}
