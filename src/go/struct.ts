import { zeroTime } from './time.ts'

/** An int64: a number while it is exact, its decimal digits beyond 2^53, so that JSON can hold it. One value has one form, so `===` compares. */
export type Int64 = number | `${bigint}`

/** The one form of the value. */
export function int64Of(value: bigint): Int64 {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : `${value}`
}

/** Strings by name, as Go's `map[string]string` and `map[string]struct{}` become. */
export type GoMap<V> = Readonly<Record<string, V>>

/**
 * The Go types that image documents are made of. `undefined` is nil (slices, maps, pointers); `text` and `flag` and `time` have zero values of their own.
 * `words` is moby's strslice.StrSlice: a list of strings that may also be written as one string. A `struct` is a pointer where `nullable`.
 */
export type GoType =
  | { readonly is: 'text' | 'flag' | 'texts' | 'words' | 'set' | 'map' }
  | { readonly is: 'int64' | 'time'; readonly nullable: boolean }
  | { readonly is: 'struct'; readonly of: GoStruct; readonly nullable: boolean }
  | { readonly is: 'structs'; readonly of: GoStruct }

/** One field: where it is kept here, its JSON key, its type, and whether the zero value is left out of the text. */
export interface GoField {
  readonly name: string
  readonly key: string
  readonly type: GoType
  readonly omitEmpty: boolean
}

/** A Go struct: its fields in declaration order, which is the order of its JSON. */
export interface GoStruct {
  readonly fields: readonly GoField[]
  readonly byKey: ReadonlyMap<string, GoField>
  readonly byFoldedKey: ReadonlyMap<string, GoField>
  /** What no key at all leaves. Copied, never changed: a copy has the shape of all others, which engines read fastest. */
  readonly zero: Value
}

export type Value = Readonly<Record<string, unknown>>

export function struct(fields: readonly GoField[]): GoStruct {
  const byKey = new Map(fields.map((field) => [field.key, field]))
  const zero = Object.fromEntries(fields.map(({ name, type }) => [name, zeroValue(type)]))
  return { fields, byKey, byFoldedKey: new Map(fields.map((field) => [foldKey(field.key), field])), zero }
}

/** Sets a key of a record, `__proto__` included, as its own. */
export function setOwn(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
  else record[key] = value
}

/** What a field has before anything is read into it. */
export function zeroValue(type: GoType): unknown {
  if (type.is === 'text') return ''
  if (type.is === 'flag') return false
  if (type.is === 'int64' && !type.nullable) return 0
  if (type.is === 'time' && !type.nullable) return zeroTime
  if (type.is === 'struct' && !type.nullable) return type.of.zero
  return undefined
}

/** encoding/json's bytes.EqualFold for keys: ASCII case, and the two letters that fold to K and S. */
export function foldKey(key: string): string {
  return key.replace(/[A-Z\u017f\u212a]/g, (char) =>
    char === '\u017f' ? 's' : char === '\u212a' ? 'k' : char.toLowerCase(),
  )
}
