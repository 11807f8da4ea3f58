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

/** A list or an object whose end has not been read. An object's values are waiting for their key. */
interface Open {
  readonly elements: Json[]
  readonly members: [string, Json][] | undefined
  key: string
}

/** No recursion: a document may be nested deeper than an engine's stack. */
function readEveryJSON(text: string): Json {
  const reader: Reader = { text, at: 0 }
  const open: Open[] = []
  for (;;) {
    let value = readScalarOrOpen(reader, open)
    while (value !== undefined) {
      const parent = open[open.length - 1]
      skipSpace(reader)
      if (parent === undefined) return atEnd(reader, value)
      if (parent.members === undefined) parent.elements.push(value)
      else parent.members.push([parent.key, value])
      value = nextOrClose(reader, open, parent)
    }
  }
}

function atEnd(reader: Reader, value: Json): Json {
  if (reader.at < reader.text.length) throw unexpected(reader, 'after top-level value')
  return value
}

/** A value that is complete; `undefined` when a list or an object has been opened, whose first value comes next. */
function readScalarOrOpen(reader: Reader, open: Open[]): Json | undefined {
  skipSpace(reader)
  const isObject = take(reader, '{')
  if (!isObject && !take(reader, '[')) return readScalar(reader)
  if (open.length >= MAX_DEPTH) throw new GoError('json-syntax', 'exceeded max depth')
  const opened: Open = { elements: [], members: isObject ? [] : undefined, key: '' }
  skipSpace(reader)
  if (take(reader, isObject ? '}' : ']')) return isObject ? new Entries([]) : []
  if (isObject) opened.key = readKey(reader)
  open.push(opened)
  return undefined
}

/** After an element: `undefined` when another follows, else the whole that has been closed. */
function nextOrClose(reader: Reader, open: Open[], { elements, members }: Open): Json | undefined {
  if (take(reader, ',')) {
    if (members !== undefined) open[open.length - 1]!.key = readKey(reader)
    return undefined
  }
  if (!take(reader, members === undefined ? ']' : '}')) {
    throw unexpected(reader, members === undefined ? 'after array element' : 'after object key:value pair')
  }
  open.pop()
  return members === undefined ? elements : new Entries(members)
}

function readKey(reader: Reader): string {
  skipSpace(reader)
  if (reader.text[reader.at] !== '"') throw unexpected(reader, 'looking for beginning of object key string')
  const key = readString(reader)
  skipSpace(reader)
  if (!take(reader, ':')) throw unexpected(reader, 'after object key')
  return typeof key === 'string' ? key : key.value
}

function readScalar(reader: Reader): Json {
  if (reader.text[reader.at] === '"') return readString(reader)
  for (const [word, value] of [
    ['null', null],
    ['true', true],
    ['false', false],
  ] as const) {
    if (reader.text.startsWith(word, reader.at)) {
      reader.at += word.length
      return value
    }
  }
  return readNumber(reader)
}

function unexpected({ text, at }: Reader, where: string): GoError {
  if (at >= text.length) return new GoError('json-syntax', 'unexpected end of JSON input')
  return new GoError('json-syntax', `invalid character ${JSON.stringify(text[at])} ${where}`)
}

function skipSpace(reader: Reader): void {
  while (' \t\r\n'.includes(reader.text[reader.at] ?? '-')) reader.at++
}

function take(reader: Reader, char: string): boolean {
  if (reader.text[reader.at] !== char) return false
  reader.at++
  return true
}

function readNumber(reader: Reader): NumberText {
  const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
  number.lastIndex = reader.at
  const found = number.exec(reader.text)
  if (found === null) throw unexpected(reader, 'looking for beginning of value')
  reader.at = number.lastIndex
  return new NumberText(found[0])
}

function readString(reader: Reader): string | EscapedText {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold control characters
  const literal = /"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y
  literal.lastIndex = reader.at
  const found = literal.exec(reader.text)
  if (found === null) throw badString(reader)
  reader.at = literal.lastIndex
  const inside = replaceInvalid(found[1]!)
  if (!inside.includes('\\')) return inside
  return new EscapedText(replaceInvalid(JSON.parse(`"${inside}"`) as string))
}

function badString(reader: Reader): GoError {
  const end = reader.text.indexOf('"', reader.at + 1)
  return end < 0 ? new GoError('json-syntax', 'unexpected end of JSON input') : unexpected(reader, 'in string literal')
}
