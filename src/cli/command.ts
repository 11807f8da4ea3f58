import { parseArgs } from 'node:util'
import { badInput, type Io } from './io.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** What its value is called in the help. */
  readonly value?: string
  /** Absent: taken and without effect, and not told. */
  readonly help?: string
}

export type Options = Readonly<Record<string, Option>>

export interface Command {
  readonly name: string
  /** What follows the options. */
  readonly operands: string
  readonly summary: string
  readonly options: Options
  readonly examples: readonly string[]
  /** Gives the exit code. */
  readonly run: (call: Call, io: Io) => Promise<number>
}

/** The command line, read. */
export interface Call {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>
  readonly operands: readonly string[]
}

/** Throws bad input for options that the command does not have. */
export function readCall(args: readonly string[], options: Options): Call {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: forNode(options), allowPositionals: true })
    return { values: values as Call['values'], operands: positionals }
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    throw code?.startsWith('ERR_PARSE_ARGS') ? badInput(message.split('. ')[0]!) : error
  }
}

function forNode(options: Options): Record<string, { type: 'string' | 'boolean'; multiple: boolean; short?: string }> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short !== undefined && { short }) },
    ]),
  )
}

export function flag({ values }: Call, name: string): boolean {
  return values[name] === true
}

/** The last one given. */
export function text({ values }: Call, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

export function texts({ values }: Call, name: string): readonly string[] {
  const value = values[name] ?? []
  return Array.isArray(value) ? (value as readonly string[]) : [value as string]
}

/** Throws bad input when there is another number of operands. */
export function operandsOf({ operands }: Call, least: number, most: number, usage: string): readonly string[] {
  if (operands.length < least || operands.length > most) throw badInput(`usage: layerfold ${usage}`)
  return operands
}

export const HELP: Options = { help: { type: 'boolean', short: 'h', help: 'Say this' } }

export const STORE: Options = {
  store: {
    type: 'string',
    value: 'DIR',
    help: 'Where the images are kept (default: $LAYERFOLD_STORE, or one for each user)',
  },
}

export const JSON_OUT: Options = {
  json: { type: 'boolean', help: 'Print JSON (docs/cli.schema.json)' },
}
