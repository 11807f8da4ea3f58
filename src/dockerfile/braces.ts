import { fault } from './fault.ts'
import type { Expansion } from './grammar.ts'
import { add, type Frame, failure, type Lexer, open, peek } from './lexer.ts'
import { replaceMatches, trimMatch } from './patterns.ts'

/** Letters, digits and `_`; or digits only; or, since 17.10, one of sh's special parameters. */
export function readName(lexer: Lexer): string {
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

/** `${…}`, from the brace on: a plain name is filled in, with an operator its word is read first. */
export function openBrace(lexer: Lexer): void {
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

/** The brace's word is read: what comes of it. */
export function closeBrace(lexer: Lexer): void {
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
