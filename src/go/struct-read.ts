import { GoError } from './error.ts'
import { Entries, EscapedText, type Json, NumberText, readJSON } from './json-read.ts'
import { foldKey, type GoStruct, type GoType, int64Of, setOwn, type Value } from './struct.ts'
import { readTime } from './time.ts'

/**
 * json.Unmarshal into a new struct (spec 2.3): keys match exactly, else without case; repeated keys apply in order and merge into what is there;
 * `null` leaves plain values alone and clears slices, maps and pointers. Throws a GoError: `json-syntax`, `json-type` or `time-parse`.
 */
export function readStruct(type: GoStruct, text: string): Value | undefined {
  const decoder: Decoder = { failed: undefined, behind: new Map() }
  const value = readInto(decoder, { is: 'struct', of: type, nullable: true }, readJSON(text), undefined)
  if (decoder.failed !== undefined) throw decoder.failed
  return value as Value | undefined
}

/** Go goes on after a value of the wrong type and reports the first one at the end; times and word lists end the decoding at once. */
interface Decoder {
  failed: GoError | undefined
  /** By a list that took the place of a longer one: all that Go has at its place in memory. A longer list that follows finds the rest again. */
  readonly behind: Map<unknown, readonly unknown[]>
}

function readInto(decoder: Decoder, type: GoType, json: Json, old: unknown): unknown {
  switch (type.is) {
    case 'text':
      return isText(json) ? textOf(json) : json === null ? old : wrongType(decoder, 'string', old)
    case 'flag':
      return typeof json === 'boolean' || json === null ? (json ?? old) : wrongType(decoder, 'bool', old)
    case 'int64':
      return json === null ? (type.nullable ? undefined : old) : readInt64(decoder, json, old)
    case 'time':
      return readJSONTime(json, type.nullable, old)
    case 'texts':
      return readTexts(decoder, json, old)
    case 'words':
      return readWords(json)
    case 'set':
    case 'map':
      return readMap(decoder, type.is, json, old)
    case 'struct':
      return readFields(decoder, type, json, old)
    case 'structs':
      return readStructs(decoder, type.of, json, old)
  }
}

function isText(json: Json): json is string | EscapedText {
  return typeof json === 'string' || json instanceof EscapedText
}

function textOf(json: string | EscapedText): string {
  return typeof json === 'string' ? json : json.value
}

function wrongType(decoder: Decoder, wanted: string, old: unknown): unknown {
  decoder.failed ??= new GoError('json-type', `json: cannot unmarshal into Go value of type ${wanted}`)
  return old
}

function readInt64(decoder: Decoder, json: Json, old: unknown): unknown {
  if (Number.isSafeInteger(json)) return json
  const digits = json instanceof NumberText ? json.text : typeof json === 'number' ? String(json) : ''
  if (!/^-?\d+$/.test(digits)) return wrongType(decoder, 'int64', old)
  const exact = BigInt(digits)
  if (BigInt.asIntN(64, exact) !== exact) return wrongType(decoder, 'int64', old)
  return int64Of(exact)
}

/** A time is parsed from its text as written: an escape inside makes it no time. */
function readJSONTime(json: Json, nullable: boolean, old: unknown): unknown {
  if (json === null) return nullable ? undefined : old
  if (typeof json !== 'string') throw new GoError('time-parse', 'parsing time: not a plain string')
  return readTime(json)
}

function readTexts(decoder: Decoder, json: Json, old: unknown): unknown {
  if (json === null) return undefined
  if (!Array.isArray(json)) return wrongType(decoder, '[]string', old)
  return overwrite(decoder, old, (before) =>
    json.every((element) => typeof element === 'string')
      ? json
      : json.map((element, index) =>
          typeof element === 'string' ? element : readInto(decoder, { is: 'text' }, element, before[index] ?? ''),
        ),
  )
}

/** Elements start from those that were at their place. */
function overwrite(
  { behind }: Decoder,
  old: unknown,
  read: (before: readonly unknown[]) => readonly unknown[],
): readonly unknown[] {
  const before = behind.get(old) ?? (old as readonly unknown[] | undefined) ?? []
  const list = read(before)
  if (list.length > 0 && list.length < before.length) behind.set(list, [...list, ...before.slice(list.length)])
  return list
}

/** moby api/types/strslice: a list of strings, else one string. */
function readWords(json: Json): readonly string[] | undefined {
  const inner: Decoder = { failed: undefined, behind: new Map() }
  const words = readTexts(inner, json, undefined) as readonly string[] | undefined
  if (inner.failed === undefined) return words
  if (isText(json)) return [textOf(json)]
  throw inner.failed
}

function readMap(decoder: Decoder, is: 'set' | 'map', json: Json, old: unknown): unknown {
  if (json === null) return undefined
  if (!isObject(json)) return wrongType(decoder, 'map', old)
  const map: Record<string, unknown> = { ...(old as object | undefined) }
  for (const [key, element] of membersOf(json)) {
    if (is === 'set') {
      if (element !== null && !isObject(element)) wrongType(decoder, 'struct {}', undefined)
      setOwn(map, key, {})
    } else setOwn(map, key, readInto(decoder, { is: 'text' }, element, ''))
  }
  return map
}

function readFields(decoder: Decoder, type: GoType & { is: 'struct' }, json: Json, old: unknown): unknown {
  if (json === null) return type.nullable ? undefined : old
  if (!isObject(json)) return wrongType(decoder, 'struct', old)
  const value = old === undefined ? { ...type.of.zero } : { ...(old as object) }
  return readMembers(decoder, type.of, json, value as Record<string, unknown>)
}

function readMembers(decoder: Decoder, type: GoStruct, json: Entries | Value, value: Record<string, unknown>): unknown {
  if (json instanceof Entries) for (const [key, element] of json.list) readMember(decoder, type, key, element, value)
  else for (const key in json) readMember(decoder, type, key, json[key] as Json, value)
  return value
}

function readMember(decoder: Decoder, type: GoStruct, key: string, json: Json, value: Record<string, unknown>): void {
  const field = type.byKey.get(key) ?? type.byFoldedKey.get(foldKey(key))
  if (field !== undefined) value[field.name] = readInto(decoder, field.type, json, value[field.name])
}

function readStructs(decoder: Decoder, of: GoStruct, json: Json, old: unknown): unknown {
  if (json === null) return undefined
  if (!Array.isArray(json)) return wrongType(decoder, '[]struct', old)
  return overwrite(decoder, old, (before) =>
    json.map((element, index) =>
      readInto(decoder, { is: 'struct', of, nullable: false }, element, before[index] ?? of.zero),
    ),
  )
}

function isObject(json: Json): json is Entries | { readonly [key: string]: Json } {
  return (
    typeof json === 'object' && json !== null && !Array.isArray(json) && !isText(json) && !(json instanceof NumberText)
  )
}

function membersOf(json: Entries | Value): Iterable<readonly [string, Json]> {
  return json instanceof Entries ? json.list : (Object.entries(json) as [string, Json][])
}
