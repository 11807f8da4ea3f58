import { quote } from '../go/quote.ts'
import { compareText } from '../go/text.ts'
import { fault } from './fault.ts'
import { type Flags, readFlags } from './flags.ts'
import type { Grammar } from './grammar.ts'
import { readHealth } from './healthcheck.ts'
import { isHeredoc } from './heredoc.ts'
import type { Instruction, Kind, Position } from './instruction.ts'
import type { Node } from './node.ts'
import { withSuggestion } from './suggest.ts'
import { cut, toLower, toUpper, trimSpace } from './text.ts'

/** Gives the parts of a line their meaning (buildkit's instructions.ParseInstruction). Throws with the daemon's text where they have none. */
export function readInstruction(node: Node, grammar: Grammar, position: Position): Instruction {
  const kind = node.command.toUpperCase() as Kind
  if (!Object.hasOwn(KINDS, kind)) throw unknownInstruction(node, grammar)
  const row = KINDS[kind]
  const meaning = row[0](node, check(node, row, grammar, kind), grammar, kind)
  const text = grammar.steps === 'line' ? trimSpace(node.original) : printWords(node)
  return Object.assign(meaning, { text, position }) as Instruction
}

/** What an instruction has beside its text and place. */
type Meaning = Instruction extends infer One
  ? One extends Instruction
    ? Omit<One, 'text' | 'position'>
    : never
  : never
type Reader = (node: Node, flags: Flags, grammar: Grammar, kind: Kind) => Meaning

/** What is asked before an instruction's words get their meaning, in the daemon's order: the first that fails is what it tells. */
type Check = 'flags' | 'one' | 'some'

const KINDS: Readonly<Record<Kind, readonly [Reader, ...Check[]]>> = {
  ADD: [readCopy],
  ARG: [readArg],
  CMD: [readCommand, 'flags'],
  COPY: [readCopy],
  ENTRYPOINT: [readCommand, 'flags'],
  ENV: [readPairs, 'flags', 'some'],
  EXPOSE: [readExpose, 'some', 'flags'],
  FROM: [readFrom],
  HEALTHCHECK: [(node, _, grammar) => ({ kind: 'HEALTHCHECK', health: readHealth(node, grammar) }), 'some'],
  LABEL: [readPairs, 'flags', 'some'],
  MAINTAINER: [readText, 'one', 'flags'],
  ONBUILD: [readOnbuild, 'some', 'flags'],
  RUN: [readCommand, 'flags'],
  SHELL: [readShell, 'flags', 'some'],
  STOPSIGNAL: [readText, 'one'],
  USER: [readText, 'one', 'flags'],
  VOLUME: [readVolume, 'some', 'flags'],
  WORKDIR: [readText, 'one', 'flags'],
}

function check(node: Node, row: readonly (Reader | Check)[], grammar: Grammar, kind: Kind): Flags {
  let flags: Flags = new Map()
  for (const next of row) {
    if (typeof next === 'function') continue
    if (next === 'flags') flags = readFlags(kind, node, grammar)
    else if (next === 'one' && node.args.length !== 1) throw fault(`${kind} requires exactly one argument`)
    else if (node.args.length === 0) throw fault(`${kind} requires at least one argument`)
  }
  return flags
}

function unknownInstruction({ written }: Node, { faults }: Grammar): Error {
  if (faults === 'bare') return fault(`Unknown instruction: ${toUpper(written)}`)
  if (faults === 'line') return fault(`unknown instruction: ${toUpper(toLower(written))}`)
  const isUpper = written !== toLower(written) && written === toUpper(written)
  const names = Object.keys(KINDS).map((name) => (isUpper ? name : name.toLowerCase()))
  return fault(withSuggestion(`unknown instruction: ${written}`, isUpper ? written : toLower(written), names))
}

/** 1.13 prints the words as it understood them. */
function printWords({ command, flags, args, trigger }: Node): string {
  const words = trigger === undefined ? args : [trigger.command, ...trigger.flags, ...trigger.args]
  return [command.toUpperCase(), ...flags, words.join(' ')].join(' ')
}

function readPairs(node: Node, _: Flags, __: Grammar, kind: Kind): Meaning {
  const pairs: { readonly key: string; readonly value: string }[] = []
  for (let at = 0; at < node.args.length; at += 2) pairs.push({ key: node.args[at]!, value: node.args[at + 1]! })
  if (pairs.some(({ key }) => key === '')) throw fault(`${kind} names can not be blank`)
  return { kind: kind as 'ENV' | 'LABEL', pairs }
}

function readArg(node: Node, _: Flags, { severalArgs }: Grammar): Meaning {
  if (!severalArgs && node.args.length !== 1) throw fault('ARG requires exactly one argument definition')
  if (node.args.length === 0) throw fault('ARG requires at least one argument')
  const args = node.args.map((arg) => {
    const [key, value] = cut(arg, '=')
    if (key === '') throw fault('ARG names can not be blank')
    return value === undefined ? { key } : { key, value }
  })
  return { kind: 'ARG', args }
}

function readFrom(node: Node, _: Flags, grammar: Grammar): Meaning {
  const [base, as, name] = node.args
  const named = grammar.namedStages && node.args.length === 3 && /^as$/iu.test(as!)
  if (named && !/^[a-z][a-z0-9\-_.]*$/.test(toLower(name!)))
    throw fault(`invalid name for build stage: ${quote(name!)}, name can't start with a number or contain symbols`)
  if (!named && node.args.length !== 1)
    throw fault(`FROM requires ${grammar.namedStages ? 'either one or three arguments' : 'exactly one argument'}`)
  const platform = readFlags('FROM', node, grammar).get('platform')
  return { kind: 'FROM', base: base!, ...(platform && { platform }), ...(named && { name: name! }) }
}

function readCopy(node: Node, _: Flags, grammar: Grammar, kind: Kind): Meaning {
  if (node.args.length < 2) {
    const why = grammar.faults === 'bare' ? '' : ', but only one was provided. Destination could not be determined'
    throw fault(`${kind} requires at least two arguments${why}`)
  }
  const flags = readFlags(kind, node, grammar)
  const destination = node.args.at(-1)!
  const sources = node.args.slice(0, -1).filter((source) => !grammar.heredocs || !isHeredoc(source))
  if (grammar.heredocs && isHeredoc(destination)) throw fault(`${kind} cannot accept a heredoc as a destination`)
  const [chown, chmod, from] = ['chown', 'chmod', 'from'].map((name) => flags.get(name))
  return {
    kind: kind as 'ADD' | 'COPY',
    sources,
    destination,
    ...(chown && { chown }),
    ...(chmod && { chmod }),
    ...(from && { from }),
    ...(flags.get('link') === 'true' && { link: true }),
    ...(node.heredocs && { heredocs: node.heredocs }),
  }
}

function readCommand(node: Node, flags: Flags, grammar: Grammar, kind: Kind): Meaning {
  const isNil = kind === 'ENTRYPOINT' && node.args.length === 0 && !(node.json && grammar.emptyEntrypoint === 'list')
  return {
    kind: kind as 'RUN',
    words: isNil ? undefined : node.args,
    json: node.json,
    flags: [...flags.keys()],
    ...(flags.size > 0 && readRunFlags(node, flags)),
    ...(node.heredocs && { heredocs: node.heredocs }),
  }
}

function readRunFlags(node: Node, flags: Flags) {
  const mounts = node.flags.filter((flag) => flag.startsWith('--mount=')).map((flag) => flag.slice('--mount='.length))
  const [network, security] = ['network', 'security'].map((name) => flags.get(name))
  return { ...(mounts.length > 0 && { mounts }), ...(network && { network }), ...(security && { security }) }
}

function readExpose(node: Node, _: Flags, grammar: Grammar): Meaning {
  return { kind: 'EXPOSE', ports: grammar.steps === 'line' ? node.args.toSorted(compareText) : node.args }
}

function readVolume(node: Node): Meaning {
  const paths = node.args.map(trimSpace)
  if (paths.includes('')) throw fault('VOLUME specified can not be an empty string')
  return { kind: 'VOLUME', paths }
}

function readShell(node: Node): Meaning {
  if (!node.json) throw fault('SHELL requires the arguments to be in JSON form')
  return { kind: 'SHELL', words: node.args }
}

function readText(node: Node, _: Flags, __: Grammar, kind: Kind): Meaning {
  return { kind: kind as 'USER', value: node.args[0]! }
}

function readOnbuild(node: Node): Meaning {
  const trigger = toUpper(trimSpace(node.args[0]!))
  if (trigger === 'ONBUILD') throw fault("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
  if (trigger === 'MAINTAINER' || trigger === 'FROM') throw fault(`${trigger} isn't allowed as an ONBUILD trigger`)
  return { kind: 'ONBUILD', expression: node.original.replace(ONBUILD, '') + node.heredocs }
}

const ONBUILD = /^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i
