import { fault } from './fault.ts'
import type { Grammar } from './grammar.ts'
import type { Kind } from './instruction.ts'
import type { Node } from './node.ts'
import { withSuggestion } from './suggest.ts'
import { cut, toLower } from './text.ts'

/** Values by flag; of a flag that may be repeated, the last. Switches are `true` or `false`. */
export type Flags = ReadonlyMap<string, string>

/** Reads the flags of an instruction (buildkit's BFlags.Parse). Throws where one is unknown, repeated, or without its value. */
export function readFlags(kind: Kind, { flags }: Pick<Node, 'flags'>, grammar: Grammar): Flags {
  if (flags.length === 0) return NONE
  const known = grammar.flags[kind] ?? []
  const values = new Map<string, string>()
  for (const flag of flags) {
    const [name, value] = cut(flag.slice(2), '=')
    const isSwitch = known.includes(`${name}?`)
    if (!isSwitch && !known.includes(name)) throw unknownFlag(name, known, grammar)
    if (values.has(name) && name !== 'mount') throw wrong('Duplicate flag specified', name, grammar)
    if (isSwitch ? value === '' : value === undefined) throw wrong('Missing a value on flag', name, grammar)
    values.set(name, isSwitch ? readSwitch(name, value, grammar) : value!)
  }
  return values
}

const NONE: Flags = /* @__PURE__ */ new Map()

function readSwitch(name: string, value: string | undefined, grammar: Grammar): string {
  const word = toLower(value ?? 'true')
  if (word === 'true' || word === 'false') return word
  const shown = grammar.flagErrors === 'dashed' ? `--${name}` : name
  throw fault(`expecting boolean value for flag ${shown}, not: ${value}`)
}

function unknownFlag(name: string, known: readonly string[], grammar: Grammar): Error {
  const error = wrong('Unknown flag', name, grammar)
  if (grammar.flagErrors === 'capital') return error
  const names = known.map((flag) => flag.replace('?', ''))
  return fault(withSuggestion(error.message, name, names))
}

function wrong(words: string, name: string, { flagErrors }: Grammar): Error {
  if (flagErrors === 'capital') return fault(`${words}: ${name}`)
  return fault(`${words.toLowerCase()}: ${flagErrors === 'dashed' ? '--' : ''}${name}`)
}
