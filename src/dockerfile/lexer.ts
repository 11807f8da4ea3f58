import type { GoError } from '../go/error.ts'
import { replaceInvalid } from '../go/text.ts'
import { checkGrowth, fault } from './fault.ts'
import type { Expansion } from './grammar.ts'

export interface LexerOptions {
  readonly escape: string
  readonly expansion: Expansion
  /** Quotes and escapes stay. */
  readonly raw: boolean
  /** What has no value stays as written. */
  readonly keepUnset: boolean
  /** Blanks that are not quoted part words. */
  readonly splits: boolean
}

/** One place of the word that has an end of its own. The first is the word itself. */
export interface Frame {
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

export interface Lexer extends LexerOptions {
  readonly chars: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly source: string
  /** A stack, not recursion: braces may be nested deeper than an engine's stack. */
  readonly frames: Frame[]
  readonly words: string[]
  word: string
  at: number
}

export function top({ frames }: Lexer): Frame {
  return frames[frames.length - 1]!
}

export function peek({ chars, at }: Lexer): string | undefined {
  return chars[at]
}

const IN_BRACES = ` in ${'$'}{}`

/** At the end of the word, a brace that is open is the fault to tell. */
export function failure(lexer: Lexer, text: string): GoError {
  const open = lexer.frames.find(({ end }) => end === '}' || end === '/')
  if (open === undefined || lexer.at < lexer.chars.length || lexer.expansion === '1.13') return fault(text)
  return fault(`syntax error: missing '${open.end}'${open.end === '/' ? IN_BRACES : ''}`)
}

/** Adds to the innermost frame; `split` says that blanks part words. */
export function add(lexer: Lexer, piece: string, split: boolean): void {
  const frame = top(lexer)
  frame.text += piece
  checkGrowth(frame.text.length - lexer.chars.length)
  if (lexer.frames.length > 1 || !lexer.splits) return
  const [first, ...rest] = split ? replaceInvalid(piece).split(/\p{White_Space}/u) : [piece]
  lexer.word += first!
  for (const part of rest) {
    if (lexer.word !== '') lexer.words.push(lexer.word)
    lexer.word = part
  }
}

export function open(lexer: Lexer, frame: Pick<Frame, 'end' | 'rawEscapes'> & Partial<Frame>): void {
  lexer.frames.push({ text: '', name: '', operator: '', ...frame })
}
