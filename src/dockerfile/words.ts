import { GoError, orGoError } from '../go/error.ts'
import { quote } from '../go/quote.ts'
import { replaceInvalid } from '../go/text.ts'
import { type Fault, fault } from './fault.ts'
import type { Expansion, Grammar } from './grammar.ts'
import type { Escape } from './lines.ts'
import { replaceMatches, trimMatch } from './patterns.ts'
import { isSpace } from './text.ts'

/** `NAME=value`, as a config has it. Of a name that comes twice, the last value is taken (the first in 1.13). */
export type Environment = readonly string[]

export type Expanded = { readonly outcome: 'word'; readonly word: string } | Fault
export type ExpandedWords = { readonly outcome: 'words'; readonly words: readonly string[] } | Fault

/** A word without its quotes, its variables filled in (buildkit's shell.Lex.ProcessWord, spec 8.9). */
export function expandWord(word: string, env: Environment, token: Escape, { expansion }: Grammar): Expanded {
  const found = lex(word, env, { escape: token, expansion, raw: false, keepUnset: false })
  return found.outcome === 'error' ? found : { outcome: 'word', word: found.text }
}

/** The same, split at blanks that are not quoted (ProcessWords): only EXPOSE is read so. */
export function expandWords(word: string, env: Environment, token: Escape, { expansion }: Grammar): ExpandedWords {
  const found = lex(word, env, { escape: token, expansion, raw: false, keepUnset: false })
  return found.outcome === 'error' ? found : { outcome: 'words', words: found.words }
}

interface Options {
  readonly escape: string
  readonly expansion: Expansion
  /** Quotes and escapes stay. */
  readonly raw: boolean
  /** What has no value stays as written. */
  readonly keepUnset: boolean
}

/** One place of the word that has an end of its own. The first is the word itself. */
interface Frame {
  readonly end: '"' | '}' | '/' | undefined
  text: string
  /** Whether escapes stay, for a pattern to see them. */
  readonly rawEscapes: boolean
  readonly name: string
  /** What follows the name: `:-`, `+`, `#`, `//` … */
  readonly operator: string
  /** Of `${name/pattern/replacement}`. */
  readonly pattern?: string
}

interface Lexer extends Options {
  readonly chars: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly source: string
  /** A stack, not recursion: braces may be nested deeper than an engine's stack. */
  readonly frames: Frame[]
  readonly words: string[]
  word: string
  at: number
}

export function lex(
  source: string,
  env: Environment,
  options: Options,
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

function top({ frames }: Lexer): Frame {
  return frames[frames.length - 1]!
}

function peek({ chars, at }: Lexer): string | undefined {
  return chars[at]
}

const IN_BRACES = ` in ${'$'}{}`

/** At the end of the word, a brace that is open is the fault to tell. */
function failure(lexer: Lexer, text: string): GoError {
  const open = lexer.frames.find(({ end }) => end === '}' || end === '/')
  if (open === undefined || lexer.at < lexer.chars.length || lexer.expansion === '1.13') return fault(text)
  return fault(`syntax error: missing '${open.end}'${open.end === '/' ? IN_BRACES : ''}`)
}

/** Adds to the innermost frame; `split` says that blanks part words. */
function add(lexer: Lexer, piece: string, split: boolean): void {
  top(lexer).text += piece
  if (lexer.frames.length > 1) return
  if (!split) lexer.word += piece
  else
    for (const char of replaceInvalid(piece)) {
      if (!isSpace(char)) lexer.word += char
      else if (lexer.word !== '') {
        lexer.words.push(lexer.word)
        lexer.word = ''
      }
    }
}

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

function open(lexer: Lexer, frame: Pick<Frame, 'end' | 'rawEscapes'> & Partial<Frame>): void {
  lexer.frames.push({ text: '', name: '', operator: '', ...frame })
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

/** Letters, digits and `_`; or digits only; or, since 17.10, one of sh's special parameters. */
function readName(lexer: Lexer): string {
  const first = peek(lexer) ?? ''
  const isOld = lexer.expansion === '1.13'
  const start = lexer.at
  if (!isOld && first !== '' && '@*#?-$!'.includes(first)) lexer.at++
  else if (isOld && DIGIT.test(first)) lexer.at++
  else {
    const part = DIGIT.test(first) ? DIGIT : NAME
    while (part.test(peek(lexer) ?? '')) lexer.at++
  }
  return lexer.chars.slice(start, lexer.at).join('')
}

const DIGIT = /\p{Nd}/u
const NAME = /[\p{L}\p{Nd}_]/u

function openBrace(lexer: Lexer): void {
  const isOld = lexer.expansion === '1.13'
  lexer.at++
  const first = peek(lexer)
  if (!isOld && first === undefined) throw fault("syntax error: missing '}'")
  if (!isOld && '{}:'.includes(first!)) throw failure(lexer, 'syntax error: bad substitution')
  const name = readName(lexer)
  const operator = readOperator(lexer)
  const { env, keepUnset } = lexer
  if (operator === '}') add(lexer, env.get(name) ?? (keepUnset ? `\${${name}}` : ''), true)
  else open(lexer, { end: operator[0] === '/' ? '/' : '}', rawEscapes: /^[#%/]/.test(operator), name, operator })
}

/** Operators by what came first: each generation knows those before it too. */
const PLAIN: Readonly<Record<Expansion, string>> = { '1.13': '', '20.10': '?', '25': '?+-', '28': '?+-#%/' }

/** What follows a name in braces; `}` ends there. */
function readOperator(lexer: Lexer): string {
  const { expansion, chars } = lexer
  const isLate = expansion === '25' || expansion === '28'
  const char = chars[lexer.at++]
  if (char === '}') return char
  if (char === ':') return char + (chars[lexer.at++] ?? '\ufffd')
  if (char === undefined || !PLAIN[expansion].includes(char))
    throw failure(lexer, isLate ? unsupported(lexer, char ?? '\ufffd') : missingColon(lexer))
  if (char !== '/' || peek(lexer) !== '/') return char
  lexer.at++
  return '//'
}

function missingColon({ expansion, source }: Lexer): string {
  return `missing ':' in substitution${expansion === '1.13' ? `: ${source}` : ''}`
}

function unsupported({ expansion, source }: Lexer, operator: string): string {
  if (expansion === '25' || expansion === '28') return `unsupported modifier (${operator}) in substitution`
  return `unsupported modifier (${operator.slice(1)}) in substitution${expansion === '1.13' ? `: ${source}` : ''}`
}

function closeBrace(lexer: Lexer): void {
  const frame = lexer.frames.pop()!
  const value = lexer.env.get(frame.name)
  const { name, operator, text, pattern } = frame
  if (value === undefined && lexer.keepUnset)
    add(lexer, `\${${name}${operator}${pattern === undefined ? '' : `${pattern}/`}${text}}`, true)
  else add(lexer, substitute(lexer, frame, value), true)
}

function substitute(lexer: Lexer, { name, operator, text, pattern }: Frame, value: string | undefined): string {
  const absent = value === undefined || (operator[0] === ':' && value === '')
  switch (operator) {
    case ':-':
    case '-':
      return absent ? text : value!
    case ':+':
    case '+':
      return absent ? '' : text
    case '#':
    case '%':
      return trimMatch(value ?? '', text, operator)
    case '/':
    case '//':
      return replaceMatches(value ?? '', pattern!, text, operator === '//')
  }
  if (lexer.expansion === '1.13' || operator.at(-1) !== '?') throw failure(lexer, unsupported(lexer, operator))
  if (!absent) return value!
  const state = value === undefined ? 'unset' : 'empty'
  throw failure(lexer, `${name}: ${text || `is not allowed to be ${state}`}`)
}
