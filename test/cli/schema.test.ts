import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import document from '../../docs/cli.schema.json' with { type: 'json' }
import { layerfold, temporary } from './layerfold.ts'

/** The keywords that docs/cli.schema.json uses. */
interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean
  readonly items?: Schema
}

const KEYWORDS = [
  '$ref',
  'allOf',
  'description',
  'type',
  'enum',
  'pattern',
  'required',
  'properties',
  'additionalProperties',
  'items',
]
const definitions = document.$defs as Readonly<Record<string, Schema>>

/** Where the value is not what the schema says. */
function faults(value: unknown, schema: Schema, path: string): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.includes(keyword))
  const found = unknown.map((keyword) => `${path}: this test does not know ${keyword}`)
  if (schema.$ref !== undefined) found.push(...faults(value, definitions[schema.$ref.replace('#/$defs/', '')]!, path))
  for (const each of schema.allOf ?? []) found.push(...faults(value, each, path))
  if (schema.type !== undefined && !isOf(value, schema.type)) found.push(`${path}: no ${schema.type}`)
  if (schema.enum !== undefined && !schema.enum.includes(value)) found.push(`${path}: ${value}`)
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) found.push(`${path}: ${value}`)
  if (Array.isArray(value))
    for (const [at, each] of value.entries()) found.push(...faults(each, schema.items ?? {}, `${path}/${at}`))
  else if (typeof value === 'object' && value !== null)
    found.push(...memberFaults(value as Record<string, unknown>, schema, path))
  return found
}

function memberFaults(value: Record<string, unknown>, schema: Schema, path: string): string[] {
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path}: lacks ${name}`)
  const others = Object.entries(value).flatMap(([name, each]) => {
    const known = schema.properties?.[name]
    if (known !== undefined) return faults(each, known, `${path}/${name}`)
    return schema.additionalProperties === false ? [`${path}: has ${name}`] : []
  })
  return [...missing, ...others]
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return type === 'integer' ? Number.isInteger(value) : typeof value === type
}

const env = { LAYERFOLD_STORE: join(temporary(), 'store') }
const contexts = temporary()
const other = join(contexts, 'other.json')
const SOURCE = ['--cache-from', 'c:1']
const MESSY =
  'FROM tiny AS a\nHEALTHCHECK --interval=9s CMD x\nARG A=1\nCOPY a /\nFROM scratch\nCOPY --from=a /a /b\nRUN x\n'

const cases: readonly [string, readonly string[], string?][] = [
  ['import', ['import', '--json', 'tiny.tar', 'app.tar']],
  ['ls', ['ls', '--json']],
  ['tree', ['tree', '--json']],
  ['diff', ['diff', '--json', 'tiny', 'c:1']],
  ['context', ['context', 'app']],
  ['predict', ['predict', '--json', ...SOURCE, 'app']],
  ['predict', ['predict', '--json', '-f', '-', ...SOURCE, 'app'], MESSY],
  ['predict', ['predict', '--json', '-'], 'FRUM x\n'],
  ['predict', ['predict', '--json', '-'], 'FROM nothing\n'],
  ['explain', ['explain', '--json', ...SOURCE, '--cache-from', 'no:1', '-f', '-', 'app'], MESSY],
  ['explain', ['explain', '--json', '--no-cache', 'app']],
  ['advise', ['advise', '--json', '--load', 'tiny.tar', '--touch', 'a', 'app']],
  ['diff', ['diff', '--json', other, other]],
]

it.each(cases)('%s: %j prints what docs/cli.schema.json says', async (name, args, input = '') => {
  writeFileSync(other, '{"entries":[]}')
  const { stdout } = await layerfold(args, { env, input })
  expect(faults(JSON.parse(stdout), definitions[name]!, name)).toEqual([])
})

it('the check finds what is wrong', () => {
  expect(faults([{ id: 'x', tags: [1], extra: 1 }], definitions['import']!, 'import')).toHaveLength(3)
})
