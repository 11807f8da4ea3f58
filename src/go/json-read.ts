import { GoError } from './error.ts'
import { replaceInvalid } from './text.ts'

/**
 * JSON as Go's encoding/json reads it, before any type is known. Where the text says everything once and in the plainest way, this is just what
 * JSON.parse gives. Otherwise the same shape, with three finer leaves: `Entries` (an object's members in order, repeated keys included),
 * `NumberText` (digits as written), and `EscapedText` (a string that was written with escapes).
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | NumberText
  | EscapedText
  | Entries
  | readonly Json[]
  | { readonly [key: string]: Json }

export class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export class EscapedText {
  readonly value: string
  constructor(value: string) {
    this.value = value
  }
}

export class Entries {
  readonly list: readonly (readonly [key: string, value: Json])[]
  constructor(list: readonly (readonly [string, Json])[]) {
    this.list = list
  }
}

/** Reads a whole document; throws a `json-syntax` GoError where Go's scanner would. */
export function readJSON(text: string): Json {
  return readPlainJSON(text) ?? readEveryJSON(text)
}

/**
 * JSON.parse, 3 × faster than the exact reader, when it loses nothing: written again, as JSON.stringify or as Go does it, the value gives the very same
 * text. That rules out repeated keys, numbers beyond 2^53, unusual escapes, white space and invalid UTF-8 all at once.
 */
function readPlainJSON(text: string): Json | undefined {
  if (text.includes('\\ud')) return undefined // an escaped lone surrogate would survive the comparison
  if (text.length > 2 * MAX_DEPTH && text.split(/[[{]/).length > MAX_DEPTH) return undefined // may be deeper than Go reads
  try {
    const value = JSON.parse(text) as Json
    const again = JSON.stringify(value)
    return again === text || escapeHTML(again) === text ? value : undefined
  } catch {
    return undefined // no JSON, or nested deeper than the engine's stack: the exact reader says where and why
  }
}

const HTML = /[<>&\u2028\u2029]/g

/** What Go's encoder does to `<`, `>`, `&` and the two line separators. */
export function escapeHTML(json: string): string {
  return json.replace(HTML, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Go's limit on nesting. */
const MAX_DEPTH = 10000

interface Reader {
  readonly text: string
  at: number
}

/** A list or an object whose end has not been read: its values so far, and an object's keys, of which the last may still wait for its value. */
interface Open {
  readonly closing: ']' | '}'
  readonly values: Json[]
  readonly keys: string[]
}

/** No recursion: a document may be nested deeper than an engine's stack. */
function readEveryJSON(text: string): Json {
  const reader: Reader = { text, at: 0 }
  const open: Open[] = []
  for (;;) {
    let value = readScalarOrOpen(reader, open)
    while (value !== undefined) {
      const char = nextChar(reader)
      const parent = open[open.length - 1]
      if (parent === undefined) {
        if (char === undefined) return value
        throw unexpected(reader, 'after top-level value')
      }
      parent.values.push(value)
      value = nextOrClose(reader, open, parent)
    }
  }
}

/** A value that is complete; `undefined` when a list or an object has been opened, whose first value comes next. */
function readScalarOrOpen(reader: Reader, open: Open[]): Json | undefined {
  const char = nextChar(reader)
  if (char !== '{' && char !== '[') return readScalar(reader)
  if (open.length >= MAX_DEPTH) throw new GoError('json-syntax', 'exceeded max depth')
  reader.at++
  const opened: Open = { closing: char === '{' ? '}' : ']', values: [], keys: [] }
  if (nextChar(reader) === opened.closing) return close(reader, opened)
  if (char === '{') opened.keys.push(readKey(reader))
  open.push(opened)
  return undefined
}

/** After an element: `undefined` when another follows, else the whole that has been closed. */
function nextOrClose(reader: Reader, open: Open[], parent: Open): Json | undefined {
  const { closing, keys } = parent
  const char = reader.text[reader.at]
  if (char === ',') {
    reader.at++
    if (closing === '}') keys.push(readKey(reader))
    return undefined
  }
  if (char !== closing)
    throw unexpected(reader, closing === '}' ? 'after object key:value pair' : 'after array element')
  open.pop()
  return close(reader, parent)
}

function close(reader: Reader, { closing, values, keys }: Open): Json {
  reader.at++
  return closing === ']' ? values : new Entries(values.map((value, at) => [keys[at]!, value]))
}

function readKey(reader: Reader): string {
  if (nextChar(reader) !== '"') throw unexpected(reader, 'looking for beginning of object key string')
  const key = readScalar(reader) as string | EscapedText
  if (nextChar(reader) !== ':') throw unexpected(reader, 'after object key')
  reader.at++
  return typeof key === 'string' ? key : key.value
}

/** What follows white space; `undefined` at the end of the text. */
function nextChar(reader: Reader): string | undefined {
  while (' \t\r\n'.includes(reader.text[reader.at] ?? '-')) reader.at++
  return reader.text[reader.at]
}

const SCALAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold control characters
  /null|true|false|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|"([^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*)"/y

function readScalar(reader: Reader): Json {
  SCALAR.lastIndex = reader.at
  const found = SCALAR.exec(reader.text)
  if (found === null) throw noScalar(reader)
  reader.at = SCALAR.lastIndex
  const [word, number, string] = found
  if (number !== undefined) return new NumberText(number)
  if (string === undefined) return JSON.parse(word) as Json
  const inside = replaceInvalid(string)
  if (!inside.includes('\\')) return inside
  return new EscapedText(replaceInvalid(JSON.parse(`"${inside}"`) as string))
}

function noScalar(reader: Reader): GoError {
  const { text, at } = reader
  if (text[at] !== '"') return unexpected(reader, 'looking for beginning of value')
  const isClosed = text.includes('"', at + 1)
  return unexpected({ text, at: isClosed ? at : text.length }, 'in string literal')
}

function unexpected({ text, at }: Reader, where: string): GoError {
  const char = text[at]
  const fault =
    char === undefined ? 'unexpected end of JSON input' : `invalid character ${JSON.stringify(char)} ${where}`
  return new GoError('json-syntax', fault)
}
