import { digestOf } from '../digest/digest.ts'
import { isRecord } from '../dockerfile/context-value.ts'
import type { Prediction } from '../dockerfile/prediction.ts'
import { isLayerfoldError, LayerfoldError } from '../errors.ts'
import { writeGoString } from '../go/text.ts'
import { findRawImage } from '../store/read.ts'
import { resolveImage } from '../store/resolve.ts'
import type { ImageStore } from '../store/store.ts'
import { fromBase64 } from './base64.ts'
import type { Imported, Origin } from './imported.ts'
import { addLink, addResult, emptyKeys, type KeyID, type KeyStore, linkName } from './keys.ts'

/** One key of an exported cache (cache/remotecache/v1/doc.go). */
export interface CacheRecord {
  /** Of an operation or of content, with its output: `recordDigest`. */
  readonly digest: string
  /** Which layers the result has; absent for a key without result. */
  readonly layers?: readonly { readonly layer: number; readonly createdAt?: string }[]
  /** For each input the records that it may be, and by which selector. */
  readonly inputs?: readonly (readonly { readonly selector?: string; readonly link: number }[])[]
}

/** The config blob of a manifest of type `application/vnd.buildkit.cacheconfig.v0`. */
export interface CacheConfig {
  readonly records: readonly CacheRecord[]
}

const INLINE = 'moby.buildkit.cache.v0'

/** The records that an image config holds in `moby.buildkit.cache.v0`; none when it has no such field. Throws `cache-malformed`. */
export function readInlineCache(config: Uint8Array | string): readonly CacheRecord[] {
  const document = parsed(typeof config === 'string' ? config : new TextDecoder().decode(config)) as Record<
    string,
    unknown
  >
  const text = document?.[INLINE]
  const bytes = typeof text === 'string' ? fromBase64(text) : new Uint8Array()
  if (bytes === undefined) throw malformed('it is no base64')
  return bytes.length === 0 ? [] : checked(parsed(new TextDecoder().decode(bytes)))
}

/** The records of a cache manifest's config, as a registry or `type=local` holds it. Not recorded. Throws `cache-malformed`. */
export function readCacheConfig(config: Uint8Array | string): readonly CacheRecord[] {
  const document = parsed(
    typeof config === 'string' ? config : new TextDecoder().decode(config),
  ) as Partial<CacheConfig>
  return checked(document?.records)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('it is no JSON', cause)
  }
}

/** As Go reads them: `null` is absence. */
function checked(records: unknown): readonly CacheRecord[] {
  if (!Array.isArray(records)) throw malformed('it has no records')
  const count = records.length
  return records.map((record: unknown): CacheRecord => {
    if (!isRecord<keyof CacheRecord>(record) || typeof record.digest !== 'string')
      throw malformed('a record has no digest')
    const layers = listOf(record.layers) as NonNullable<CacheRecord['layers']>
    const inputs = listOf(record.inputs).map((links) => listOf(links).map((link) => checkedLink(link, count)))
    return { digest: record.digest, ...(layers.length > 0 && { layers }), ...(inputs.length > 0 && { inputs }) }
  })
}

function checkedLink(value: unknown, count: number) {
  const { selector, link } = isRecord<'selector' | 'link'>(value) ? value : {}
  if (!Number.isInteger(link) || !((link as number) >= 0 && (link as number) < count))
    throw malformed('a link leads nowhere')
  return { ...(typeof selector === 'string' && { selector }), link: link as number }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw malformed('layers and inputs are lists')
  return value
}

/** What comes from outside is no cache. */
export function malformed(reason: string, cause?: unknown): LayerfoldError {
  return new LayerfoldError('cache-malformed', { reason }, cause)
}

/** A store of the records alone. `name` tells its keys from those of other imports. */
export function importRecords(records: readonly CacheRecord[], name: string): Imported {
  const keyOf = (at: number): KeyID => (records[at]!.inputs?.length ? `${name}#${at}` : records[at]!.digest)
  const origins = new Map<KeyID, Origin[]>()
  let store: KeyStore = emptyKeys
  for (const [at, { digest, layers = [], inputs = [] }] of records.entries()) {
    const key = keyOf(at)
    if (layers.length > 0) store = addResult(store, key, { number: -1, base: undefined })
    for (const [input, links] of inputs.entries()) {
      for (const { selector = '', link } of links) {
        const from = keyOf(link)
        const name = linkName(from, input, digest, selector)
        store = addLink(store, name, key)
        origins.set(key, [...(origins.get(key) ?? []), { from, link: name }])
      }
    }
  }
  return { store, origins }
}

/** The caches that a build asks after its own: of the images that `references` name, then the others. A reference whose cache cannot be read is told, and left out. */
export function importedCaches(
  images: ImageStore,
  references: readonly string[],
  others: readonly (readonly CacheRecord[])[],
): [imported: readonly Imported[], unknown: Prediction['unknownSources']] {
  const unknown: { reference: string; text: string }[] = []
  const inline = references.map((reference) => {
    const found = resolveImage(images, reference)
    if (found.outcome === 'error') {
      unknown.push({ reference, text: found.text })
      return []
    }
    try {
      return readInlineCache(findRawImage(images, found.id) ?? '{}')
    } catch (error) {
      if (!isLayerfoldError(error)) throw error
      unknown.push({ reference, text: error.message })
      return []
    }
  })
  return [[...inline, ...others].map((records) => importRecords(records, nameOf(records))), unknown]
}

/** Two imports of one cache give the same keys. */
function nameOf(records: readonly CacheRecord[]): string {
  return digestOf(writeGoString(JSON.stringify(records)))
}
