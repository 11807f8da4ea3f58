import { writeGoString } from '../go/text.ts'
import { fault } from './fault.ts'
import type { Grammar } from './grammar.ts'
import type { Position } from './instruction.ts'
import { trimStart } from './text.ts'

export type Escape = '\\' | '`'

/** A file on its way through the reader. */
export interface Lines {
  readonly list: readonly string[]
  /** Whether more followed that the daemon's scanner would not take. */
  readonly cutShort: boolean
  /** How many have been read. */
  at: number
}

/** The longest line in bytes: bufio.MaxScanTokenSize − 1. */
const LONGEST = 65535

export function openLines(text: string): Lines {
  const list = text.replace(/^\ufeff/, '').split('\n')
  if (list.at(-1) === '') list.pop()
  const tooLong = list.findIndex((line) => line.length * 3 > LONGEST && writeGoString(line).length > LONGEST)
  return { list: tooLong < 0 ? list : list.slice(0, tooLong), cutShort: tooLong >= 0, at: 0 }
}

export interface Directives {
  readonly escape: Escape
  readonly syntax: string | undefined
}

/** The `# key=value` lines at the very top. They are comments to everything after. Throws where one is given twice, or the escape token is none. */
export function readDirectives(lines: Lines, grammar: Grammar): Directives {
  const seen = new Map<string, string>()
  for (; lines.at < lines.list.length; lines.at++) {
    const line = trimStart(dropReturn(lines.list[lines.at]!, grammar))
    const [, name = '', rest = ''] = DIRECTIVE.exec(line) ?? []
    const key = name.toLowerCase()
    if (!grammar.directives.includes(key)) break
    if (seen.has(key)) throw fault(`only one ${key} parser directive can be used`)
    const value = trimBlanks(rest) || rest.at(-1)!
    if (key === 'escape') checkEscape(value, grammar)
    seen.set(key, value)
  }
  return { escape: seen.get('escape')?.startsWith('`') ? '`' : '\\', syntax: seen.get('syntax') }
}

const DIRECTIVE = /^#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=([\s\S]+)$/

/** What a regular expression of Go's takes for white space. */
function trimBlanks(text: string): string {
  let end = text.length
  while (/[\t\n\f\r ]/.test(text[end - 1] ?? '')) end--
  return text.slice(0, end).replace(/^[\t\n\f\r ]+/, '')
}

function checkEscape(value: string, { faults }: Grammar): void {
  if (faults === 'bare') {
    if (!/^[\\`]/.test(value)) throw fault(`invalid ESCAPE '${value[0]}'. Must be \` or \\`)
  } else if (value !== '\\' && value !== '`') {
    throw fault(`invalid escape token '${value}' does not match \` or \\`)
  }
}

/** An instruction's lines as one. */
export interface LogicalLine {
  readonly text: string
  readonly position: Position
  /** Whether a continuation was followed by an empty line. */
  readonly gap: boolean
}

/** The next line that is no comment and not empty, with what continues it. */
export function nextLine(lines: Lines, grammar: Grammar, token: Escape): LogicalLine | undefined {
  while (lines.at < lines.list.length) {
    const line = dropReturn(lines.list[lines.at++]!, grammar)
    const start = trimStart(line)
    if (start.startsWith('#')) continue
    let [text, open] = cutContinuation(start, grammar, token)
    if (text === '' && (!open || grammar.continuation === 'any')) continue
    const first = lines.at
    let gap = false
    while (open && lines.at < lines.list.length) {
      const more = dropReturn(lines.list[lines.at++]!, grammar)
      const content = trimStart(more)
      if (content === '') gap = true
      if (content === '' || content.startsWith('#')) continue
      const [piece, goesOn] = cutContinuation(more, grammar, token)
      text += piece
      open = goesOn
    }
    return { text, position: { line: first, column: line.length - start.length + 1, endLine: lines.at }, gap }
  }
  return undefined
}

/** The lines up to the one that is `name`, with their line feeds. Throws where it does not come. */
export function takeHeredoc(lines: Lines, name: string, chomp: boolean, grammar: Grammar): string {
  let content = ''
  while (lines.at < lines.list.length) {
    const line = lines.list[lines.at++]!
    const end = dropReturn(line, grammar)
    if ((chomp ? end.replace(/^\t+/, '') : end) === name) return content
    content += `${line}\n`
  }
  throw fault('unterminated heredoc')
}

/** One carriage return; with here-documents, all. */
function dropReturn(line: string, { heredocs }: Grammar): string {
  let end = line.length
  while (line[end - 1] === '\r' && (heredocs || end === line.length)) end--
  return line.slice(0, end)
}

function cutContinuation(line: string, { continuation }: Grammar, token: Escape): [text: string, open: boolean] {
  let end = line.length
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--
  const open = line[end - 1] === token && (continuation === 'any' || line[end - 2] !== token)
  return open ? [line.slice(0, end - 1), true] : [line, false]
}
