import { GoError, orGoError } from '../go/error.ts'
import { quote } from '../go/quote.ts'
import { replaceInvalid } from '../go/text.ts'
import { closeBrace, openBrace, readName } from './braces.ts'
import type { Fault } from './fault.ts'
import type { Expansion, Grammar } from './grammar.ts'
import { add, type Frame, failure, type Lexer, type LexerOptions, open, peek, top } from './lexer.ts'
import type { Escape } from './lines.ts'

/** `NAME=value`, as a config has it. Of a name that comes twice, the last value is taken (the first in 1.13). */
export type Environment = readonly string[]

export type Expanded = { readonly outcome: 'word'; readonly word: string } | Fault
export type ExpandedWords = { readonly outcome: 'words'; readonly words: readonly string[] } | Fault

/** Whether there is nothing to expand in it: most words are so, and need no environment. */
export function isPlainWord(word: string): boolean {
  return /^[\w ./:@=,+~-]*$/.test(word)
}

/**
 * A word without its quotes, its variables filled in (buildkit's shell.Lex.ProcessWord, spec 8.9). Two bounds are layerfold's own, and told as an error: a word
 * grows by no more than 1 Mi characters, and a pattern's length multiplied by its value's is at most 256 Mi.
 */
export function expandWord(word: string, env: Environment, token: Escape, { expansion }: Grammar): Expanded {
  if (PLAIN.test(word)) return { outcome: 'word', word }
  const found = lex(word, env, { escape: token, expansion, raw: false, keepUnset: false, splits: false })
  return found.outcome === 'error' ? found : { outcome: 'word', word: found.text }
}

/** Nothing in it to expand, to unquote or to mend. */
const PLAIN = /^[^\\$"'`\ufeff\p{Surrogate}]*$/u

/** The same, split at blanks that are not quoted (ProcessWords): only EXPOSE is read so. */
export function expandWords(word: string, env: Environment, token: Escape, { expansion }: Grammar): ExpandedWords {
  const found = lex(word, env, { escape: token, expansion, raw: false, keepUnset: false, splits: true })
  return found.outcome === 'error' ? found : { outcome: 'words', words: found.words }
}

export function lex(
  source: string,
  env: Environment,
  options: LexerOptions,
): { outcome: 'words'; text: string; words: readonly string[] } | Fault {
  const { expansion, raw } = options
  const frames = [{ end: undefined, text: '', rawEscapes: raw, name: '', operator: '' }]
  const chars = [...replaceInvalid(source).replace(/^\ufeff/, '')]
  const lexer: Lexer = { ...options, source, chars, env: readEnv(env, expansion), frames, words: [], word: '', at: 0 }
  const error = orGoError(() => run(lexer))
  if (error instanceof GoError) {
    const text = expansion === '1.13' ? error.message : `failed to process ${quote(source)}: ${error.message}`
    return { outcome: 'error', text }
  }
  if (lexer.word !== '') lexer.words.push(lexer.word)
  return { outcome: 'words', text: frames[0]!.text, words: lexer.words }
}

function readEnv(env: Environment, expansion: Expansion): ReadonlyMap<string, string> {
  const pairs = env.map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
  })
  return new Map(expansion === '1.13' ? pairs.reverse() : pairs)
}

function run(lexer: Lexer): void {
  while (lexer.at < lexer.chars.length) readChar(lexer, top(lexer))
  while (lexer.frames.length > 1) closeAtEnd(lexer, top(lexer))
}

function closeAtEnd(lexer: Lexer, frame: Frame): void {
  if (frame.end === '"') throw failure(lexer, `${UNEXPECTED_END}double-quote`)
  if (lexer.expansion !== '1.13') throw failure(lexer, '')
  closeBrace(lexer)
}

const UNEXPECTED_END = 'unexpected end of statement while looking for matching '

function readChar(lexer: Lexer, frame: Frame): void {
  const char = lexer.chars[lexer.at++]!
  if (char === frame.end) close(lexer, frame)
  else if (char === '$') readDollar(lexer)
  else if (char === lexer.escape) readEscape(lexer, frame)
  else if (frame.end === '"') frame.text += char
  else if (char === '"') {
    open(lexer, { end: '"', rawEscapes: frame.rawEscapes })
    if (lexer.raw) top(lexer).text = '"'
  } else if (char === "'") readSingleQuote(lexer)
  else add(lexer, char, true)
}

function close(lexer: Lexer, frame: Frame): void {
  if (frame.end === '}') {
    closeBrace(lexer)
    return
  }
  lexer.frames.pop()
  if (frame.end === '/') open(lexer, { ...frame, end: '}', text: '', pattern: frame.text })
  else add(lexer, lexer.raw ? `${frame.text}"` : frame.text, false)
}

function readSingleQuote(lexer: Lexer): void {
  const { chars, at } = lexer
  const end = chars.indexOf("'", at)
  lexer.at = end < 0 ? chars.length : end + 1
  if (end < 0) throw failure(lexer, `${UNEXPECTED_END}single-quote`)
  const text = chars.slice(at, end).join('')
  add(lexer, lexer.raw ? `'${text}'` : text, false)
}

/** Outside double quotes an escape takes any character, within them only some. */
function readEscape(lexer: Lexer, frame: Frame): void {
  const token = lexer.escape
  const next = peek(lexer)
  const quoted = frame.end === '"'
  if (frame.rawEscapes) add(lexer, token, false)
  if (next === undefined) return
  if (quoted && next !== '"' && next !== '$' && next !== token) {
    if (!frame.rawEscapes) add(lexer, token, false)
    return
  }
  lexer.at++
  add(lexer, next, false)
}

function readDollar(lexer: Lexer): void {
  if (peek(lexer) === '{') {
    openBrace(lexer)
    return
  }
  const name = readName(lexer)
  const value = lexer.env.get(name)
  const unset = name === '' || (value === undefined && lexer.keepUnset)
  add(lexer, unset ? `$${name}` : (value ?? ''), true)
}
