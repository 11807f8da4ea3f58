import { isDigest } from '../digest/digest.ts'
import { LayerfoldError } from '../errors.ts'
import type { Head } from './head.ts'
import type { SegmentInfo } from './segment.ts'

/** The newest version of the format, which is the one that is written. */
const NEWEST = 1

/** From each older version to the next: pure functions over what superjson read. Version 1 is the first. */
const MIGRATIONS: Readonly<Record<number, (head: object) => object>> = {}

/** A head of any known version, as the newest has it. Throws `snapshot-version` for a newer one; what is no head stays what it is. */
export function migrate(head: unknown): unknown {
  if (!isRecord<Head>(head) || typeof head.version !== 'number') return head
  const { version } = head
  if (version > NEWEST) throw new LayerfoldError('snapshot-version', { version, newest: NEWEST })
  let next: object = head
  for (let from = version; from < NEWEST; from++) next = MIGRATIONS[from]?.(next) ?? next
  return next
}

/** Whether a value is a head of the newest version, in every field. */
export function isHead(value: unknown): value is Head {
  return (
    isRecord<Head>(value) &&
    value.format === 'layerfold-snapshot' &&
    value.version === NEWEST &&
    value.tags instanceof Map &&
    [...value.tags].every((entry) => entry.every(isText)) &&
    value.missingLayers instanceof Set &&
    [...value.missingLayers].every(isText) &&
    isListOf(value.strays, isStray) &&
    isListOf(value.segments, isSegmentInfo) &&
    isCount(value.journal)
  )
}

function isStray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isText) && isDigest(value[0]!)
}

function isSegmentInfo(value: unknown): boolean {
  return (
    isRecord<SegmentInfo>(value) &&
    isText(value.digest) &&
    isDigest(value.digest) &&
    isCount(value.count) &&
    isCount(value.bytes)
  )
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is)
}

/** An object that may have the fields of a `T`, of any types. */
function isRecord<T>(value: unknown): value is { readonly [field in keyof T]?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
