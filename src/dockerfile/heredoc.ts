import { lex } from './words.ts'

/** The start of a here-document: `<<END`, `<<-"END"`. */
export interface Heredoc {
  readonly name: string
  /** Whether tabs before its end are passed over. */
  readonly chomp: boolean
}

/** The here-documents that follow a line (buildkit's heredocsFromLine). Throws where a name's quotes do not close. */
export function heredocsOf(line: string): readonly Heredoc[] {
  const words = lex(line, [], { ...PLAIN, raw: true })
  return words.outcome === 'error' ? [] : words.words.flatMap((word) => readHeredoc(word) ?? [])
}

export function isHeredoc(word: string): boolean {
  return readHeredoc(word) !== undefined
}

function readHeredoc(word: string): Heredoc | undefined {
  const [, dash, rest] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? []
  if (rest === undefined) return undefined
  const words = lex(rest, [], PLAIN)
  if (words.outcome === 'error' || words.words.length !== 1) return undefined
  return { name: words.words[0]!, chomp: dash === '-' }
}

const PLAIN = { escape: '\\', expansion: '25', raw: false, keepUnset: true, splits: true } as const
