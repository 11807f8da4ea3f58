import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The part of JSON Schema that docs/prediction.schema.json uses. */
interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean
}

const schema: Schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/prediction.schema.json'), 'utf8'))

/** What of the value the published schema refuses, each with its path. */
export function violations(value: unknown, of: Schema = schema, path = '$'): string[] {
  if (of.$ref !== undefined) return violations(value, schema.$defs![of.$ref.slice('#/$defs/'.length)]!, path)
  if (of.enum !== undefined) return of.enum.includes(value) ? [] : [`${path}: ${value}`]
  if (typeOf(value) !== of.type && !(of.type === 'integer' && Number.isInteger(value)))
    return [`${path}: no ${of.type}`]
  if (of.pattern !== undefined && !new RegExp(of.pattern).test(value as string)) return [`${path}: ${value}`]
  if (Array.isArray(value)) return value.flatMap((item, at) => violations(item, of.items, `${path}[${at}]`))
  if (of.type !== 'object') return []
  const members = value as Readonly<Record<string, unknown>>
  const missing = (of.required ?? []).filter((name) => !(name in members)).map((name) => `${path}.${name}: missing`)
  const found = Object.entries(members).flatMap(([name, member]) => {
    const known = of.properties?.[name]
    if (known !== undefined) return violations(member, known, `${path}.${name}`)
    return of.additionalProperties === false ? [`${path}.${name}: unknown`] : []
  })
  return [...missing, ...found]
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}
