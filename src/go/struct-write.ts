import { type ControlEscapes, writeString } from './json-write.ts'
import { type GoStruct, type GoType, type Value, zeroValue } from './struct.ts'
import { compareText } from './text.ts'
import { type Time, writeTime } from './time.ts'

/** json.Marshal of the struct (spec 2.1). Throws a `json-marshal` GoError for times that JSON cannot hold. */
export function writeStruct(type: GoStruct, value: Value, controls: ControlEscapes): string {
  return `{${writeMembers(type, value, controls)
    .map(([, text]) => text)
    .join(',')}}`
}

/** The members of the struct's JSON, as key and `"key":value` text, in declaration order. */
export function writeMembers(
  type: GoStruct,
  value: Value,
  controls: ControlEscapes,
): (readonly [key: string, text: string])[] {
  return type.fields
    .filter((field) => !(field.omitEmpty && isEmpty(field.type, value[field.name])))
    .map((field) => [field.key, `"${field.key}":${writeValue(field.type, value[field.name], controls)}`] as const)
}

function isEmpty(type: GoType, value: unknown): boolean {
  if (value === undefined) return !(type.is === 'struct' && !type.nullable) && !(type.is === 'time' && !type.nullable)
  if (type.is === 'int64') return !type.nullable && value === 0
  if (type.is === 'set' || type.is === 'map') return Object.keys(value as object).length === 0
  if (Array.isArray(value)) return value.length === 0
  return value === '' || value === false
}

function writeValue(type: GoType, value: unknown, controls: ControlEscapes): string {
  if (value === undefined) value = zeroValue(type)
  if (value === undefined) return 'null'
  switch (type.is) {
    case 'text':
      return writeString(value as string, controls)
    case 'flag':
    case 'int64':
      return String(value)
    case 'time':
      return `"${writeTime(value as Time)}"`
    case 'texts':
    case 'words':
      return `[${(value as readonly string[]).map((text) => writeString(text, controls)).join(',')}]`
    case 'set':
    case 'map':
      return writeMap(value as Value, controls)
    case 'struct':
      return writeStruct(type.of, value as Value, controls)
    case 'structs':
      return `[${(value as readonly Value[]).map((element) => writeStruct(type.of, element, controls)).join(',')}]`
  }
}

function writeMap(map: Value, controls: ControlEscapes): string {
  const keys = Object.keys(map).sort(compareText)
  return `{${keys.map((key) => `${writeString(key, controls)}:${writeMapValue(map[key], controls)}`).join(',')}}`
}

function writeMapValue(value: unknown, controls: ControlEscapes): string {
  return typeof value === 'string' ? writeString(value, controls) : '{}'
}
