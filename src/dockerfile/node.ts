import { quote } from '../go/quote.ts'
import { replaceInvalid } from '../go/text.ts'
import { fault } from './fault.ts'
import type { Grammar } from './grammar.ts'
import type { Escape } from './lines.ts'
import { cut, fromByteText, isSpace, toByteText, toLower, trimSpace } from './text.ts'

/** A line taken apart, before its instruction looks at the parts: moby's parser.Node. */
export interface Node {
  /** The instruction's word in lower case, and as written. */
  readonly command: string
  readonly written: string
  readonly flags: readonly string[]
  readonly args: readonly string[]
  readonly json: boolean
  readonly original: string
  /** What ONBUILD holds. */
  readonly trigger?: Node
  /** Here-documents with their ends, as they follow the line. */
  readonly heredocs: string
}

export interface Reading {
  readonly grammar: Grammar
  readonly escape: Escape
}

/** Takes a line apart (buildkit's newNodeFromLine). Throws where the arguments cannot be read at all. */
export function readNode(line: string, reading: Reading): Node {
  const [node, rest] = readOne(line, reading)
  if (node.command !== 'onbuild' || rest === '') return node
  let [trigger, more] = readOne(rest, reading)
  const found = { ...node, args: [trigger.command], trigger }
  // More than one ONBUILD is refused later, but what they hold is read first. A loop: a line may hold more than a stack does.
  while (trigger.command === 'onbuild' && more !== '') [trigger, more] = readOne(more, reading)
  return found
}

/** The node, and the text of its arguments. */
function readOne(line: string, reading: Reading): [node: Node, rest: string] {
  const [written, after = ''] = splitOnce(trimSpace(line))
  const command = toLower(written)
  const [flags, text] = takeFlags(after, reading.grammar.flagEscape === 'token' ? reading.escape : '\\')
  const rest = trimSpace(text)
  const { args, json = false } = readArguments(command, rest, reading)
  return [{ command, written, flags, args, json, original: line, heredocs: '' }, rest]
}

type Arguments = Pick<Node, 'args'> & Partial<Pick<Node, 'json'>>

function readArguments(command: string, rest: string, reading: Reading): Arguments {
  switch (command) {
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return readJSONOrText(rest, reading.grammar)
    case 'add':
    case 'copy':
    case 'volume':
      return readJSONList(rest, reading.grammar) ?? { args: splitBlanks(rest) }
    case 'from':
    case 'expose':
      return { args: splitBlanks(rest) }
    case 'maintainer':
    case 'stopsignal':
    case 'user':
    case 'workdir':
      return { args: rest === '' ? [] : [rest] }
    case 'env':
    case 'label':
      return { args: readPairs(rest, command.toUpperCase(), reading.escape) }
    case 'arg':
      return { args: splitWords(rest, reading.escape) }
    case 'healthcheck':
      return readHealthcheck(rest, reading.grammar)
    default:
      return { args: [] }
  }
}

const BLANKS = /[\t\v\f\r ]+/

function splitOnce(text: string): [first: string, rest?: string] {
  const found = BLANKS.exec(text)
  return found === null ? [text] : [text.slice(0, found.index), text.slice(found.index + found[0].length)]
}

function splitBlanks(rest: string): string[] {
  return rest === '' ? [] : rest.split(BLANKS)
}

function readJSONOrText(rest: string, grammar: Grammar): Arguments {
  return readJSONList(rest, grammar) ?? { args: rest === '' ? [] : [rest] }
}

/** A JSON list of strings; `undefined` where the text is no JSON list. A list of other things is a fault. */
function readJSONList(rest: string, { jsonArgs }: Grammar): Arguments | undefined {
  if (!rest.startsWith('[')) return undefined
  const json = replaceInvalid(jsonArgs === 'lenient' ? firstList(rest) : rest)
  try {
    const list = JSON.parse(json) as unknown[]
    if (list.every((item) => typeof item === 'string')) return { args: list.map(replaceInvalid), json: true }
  } catch {
    return undefined // JSON.parse fails on syntax only
  }
  throw fault('when using JSON array syntax, arrays must be comprised of strings only')
}

/** Up to the bracket that closes the first one; all where none does. */
function firstList(text: string): string {
  let depth = 0
  let quoted = false
  for (const { 0: token, index } of text.matchAll(/\\[\s\S]|["[\]{}]/g)) {
    if (token === '"') quoted = !quoted
    else if (quoted || token[0] === '\\') continue
    else if (token === '[' || token === '{') depth++
    else if (--depth === 0) return text.slice(0, index + 1)
  }
  return text
}

/** `key value…`, or words that each have a `=`: key, value, key, value. */
function readPairs(rest: string, name: string, token: Escape): string[] {
  const words = splitWords(rest, token)
  if (words.length === 0) return []
  if (!words[0]!.includes('=')) {
    const [key, value] = splitOnce(rest)
    if (value === undefined) throw fault(`${name} must have two arguments`)
    return [key, value]
  }
  const pairs: string[] = []
  for (const word of words) {
    const [key, value] = cut(word, '=')
    if (value === undefined)
      throw fault(`Syntax error - can't find = in ${quote(word)}. Must be of the form: name=value`)
    pairs.push(key, value)
  }
  return pairs
}

/** Words with their quotes and escapes kept; those only keep blanks inside a word. */
function splitWords(text: string, token: Escape): string[] {
  if (/^[\w ./:@=,+~$-]*$/.test(text)) return text.split(/ +/).filter((word) => word !== '')
  const chars = [...replaceInvalid(text)]
  const words: string[] = []
  let word = ''
  let quoted = ''
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!
    if (quoted === '' && isSpace(char)) {
      if (word !== '') words.push(word)
      word = ''
    } else if (char === token && quoted !== "'") {
      if (at + 1 < chars.length) word += char + chars[++at]!
    } else {
      word += char
      if (quoted === '' ? char === '"' || char === "'" : char === quoted) quoted = quoted === '' ? char : ''
    }
  }
  return word === '' ? words : [...words, word]
}

function readHealthcheck(rest: string, grammar: Grammar): Arguments {
  const bytes = toByteText(rest)
  const end = bytes.search(BYTE_SPACE)
  if (end < 0) return { args: rest === '' ? [] : [rest] }
  const command = bytes.slice(end).replace(/^[\t-\r \x85\xa0]+/, '')
  const { args, json = false } = readJSONOrText(fromByteText(command), grammar)
  return { args: [fromByteText(bytes.slice(0, end)), ...args], json }
}

/** unicode.IsSpace of a byte taken for a character: that is how flags and HEALTHCHECK are read. */
const BYTE_SPACE = /[\t-\r \x85\xa0]/

/** The `--flag` words at the start, without quotes and escapes, and what follows them. */
function takeFlags(text: string, token: string): [flags: string[], rest: string] {
  if (!/^(?:--|[\udc85\udca0])/.test(text)) return [[], text]
  const bytes = toByteText(text)
  const flags: string[] = []
  for (let at = 0; ; ) {
    while (BYTE_SPACE.test(bytes[at] ?? '')) at++
    if (!bytes.startsWith('--', at)) return [flags, fromByteText(bytes.slice(at))]
    const [flag, end] = takeFlag(bytes, at, token)
    if (flag === '--') return [flags, fromByteText(bytes.slice(end))]
    flags.push(flag)
    at = end
  }
}

function takeFlag(bytes: string, at: number, token: string): [flag: string, end: number] {
  let flag = ''
  let quoted = ''
  for (; at < bytes.length; at++) {
    const char = bytes[at]!
    if (quoted === '' && BYTE_SPACE.test(char)) break
    if (quoted === '' ? char === '"' || char === "'" : char === quoted) quoted = quoted === '' ? char : ''
    else if (char !== token) flag += char
    else if (at + 1 < bytes.length) flag += bytes[++at]!
  }
  return [flag, at]
}
