import { GoError, orGoError } from '../go/error.ts'
import { fault } from './fault.ts'
import type { Grammar } from './grammar.ts'
import { heredocsOf } from './heredoc.ts'
import type { ArgInstruction, FromInstruction, Instruction, Position, Problem } from './instruction.ts'
import { readInstruction } from './instructions.ts'
import {
  type Directives,
  type Escape,
  type Lines,
  type LogicalLine,
  nextLine,
  openLines,
  readDirectives,
  takeHeredoc,
} from './lines.ts'
import { type Node, readNode } from './node.ts'
import { toLower } from './text.ts'

/** A Dockerfile as one Docker generation reads it. */
export interface Dockerfile {
  readonly escape: Escape
  /** What `# syntax=` names. The classic builder does not care. */
  readonly syntax?: string
  /** ARG before the first FROM. */
  readonly metaArgs: readonly ArgInstruction[]
  readonly stages: readonly Stage[]
  /** Why the daemon refuses the file, in its own words. It stops at the first fault; then there are no stages. */
  readonly problems: readonly Problem[]
  /** What it prints before the first step: one for each line. */
  readonly warnings: readonly Problem[]
}

export interface Stage {
  readonly from: FromInstruction
  /** In lower case; `''` where there is none. */
  readonly name: string
  readonly instructions: readonly Instruction[]
}

/** The file of a request: read now, or, where it has been read before, as it is. */
export function dockerfileOf(
  { dockerfile, dockerfilePath }: { readonly dockerfile: string | Dockerfile; readonly dockerfilePath?: string },
  grammar: Grammar,
): Dockerfile {
  return typeof dockerfile === 'string' ? parseDockerfile(dockerfile, grammar, dockerfilePath) : dockerfile
}

/** Reads a Dockerfile (buildkit's parser.Parse and instructions.Parse, spec 8.10). `path` is its name in the context: two faults tell it. */
export function parseDockerfile(text: string, grammar: Grammar, path = 'Dockerfile'): Dockerfile {
  const read = readLines(text, grammar)
  const { syntax, warnings } = read
  const found = { escape: read.escape, ...(syntax !== undefined && { syntax }), metaArgs: [], stages: [], warnings }
  if (text === '') return { ...found, problems: [{ text: emptyFile(path, grammar), position: START }] }
  if (read.problem !== undefined) {
    const { text: why, position } = read.problem
    const problem = { text: grammar.faults === 'bare' ? why : `failed to parse ${path}: ${why}`, position }
    return { ...found, problems: [problem] }
  }
  const parsed = readStages(read.nodes, grammar)
  return 'stages' in parsed ? { ...found, ...parsed, problems: [] } : { ...found, problems: [parsed] }
}

/** One ONBUILD trigger of a base image, read as a Dockerfile of one instruction (moby's dispatchTriggeredOnBuild). */
export function parseTrigger(text: string, grammar: Grammar): Instruction | Problem {
  const { nodes, problem } = readLines(text, grammar)
  if (problem !== undefined) return problem
  const [only] = nodes
  if (only === undefined || nodes.length > 1)
    return { text: 'onbuild trigger should be a single expression', position: START }
  const { node, position } = only
  const kind = node.command.toUpperCase()
  if (grammar.faults === 'bare' && kind === 'ONBUILD')
    return { text: "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", position }
  if (grammar.faults === 'bare' && (kind === 'FROM' || kind === 'MAINTAINER'))
    return { text: `${kind} isn't allowed as an ONBUILD trigger`, position }
  const instruction = orGoError(() => readInstruction(node, grammar, position))
  if (instruction instanceof GoError) return { text: instruction.message, position }
  if (instruction.kind === 'FROM') return { text: '*instructions.Stage is not a command type', position }
  return instruction
}

const START: Position = { line: 1, column: 1, endLine: 1 }

function emptyFile(path: string, { faults }: Grammar): string {
  return `${faults === 'bare' ? 'The' : 'the'} Dockerfile (${path}) cannot be empty`
}

interface Placed {
  readonly node: Node
  readonly position: Position
}

interface Read extends Directives {
  readonly nodes: readonly Placed[]
  readonly warnings: readonly Problem[]
  readonly problem?: Problem
}

/** The first half: lines to nodes, up to the first fault. */
function readLines(text: string, grammar: Grammar): Read {
  const lines = openLines(text)
  const directives = orGoError(() => readDirectives(lines, grammar))
  if (directives instanceof GoError)
    return { escape: '\\', syntax: undefined, nodes: [], warnings: [], problem: problemAt(lines.at + 1, directives) }
  const nodes: Placed[] = []
  const warnings: Problem[] = []
  for (;;) {
    const line = nextLine(lines, grammar, directives.escape)
    if (line === undefined) break
    if (line.gap && grammar.faults !== 'bare') warnings.push(gapWarning(line, grammar))
    const placed = orGoError(() => place(line, lines, { grammar, escape: directives.escape }))
    if (placed instanceof GoError)
      return { ...directives, nodes, warnings: [], problem: { text: placed.message, position: line.position } }
    nodes.push(placed)
  }
  const { position } = warnings.at(-1) ?? {}
  if (position !== undefined) warnings.push({ text: LATER_AN_ERROR, position })
  const end = endFault(lines, nodes, grammar)
  return { ...directives, nodes, warnings, ...(end && { problem: problemAt(Math.max(lines.at, 1), end) }) }
}

const LATER_AN_ERROR = '[WARNING]: Empty continuation lines will become errors in a future release.'

function gapWarning({ text, position }: LogicalLine, { faults }: Grammar): Problem {
  return { text: `[WARNING]: Empty continuation line found in:${faults === 'line' ? '\n    ' : ' '}${text}`, position }
}

function problemAt(line: number, { message }: GoError): Problem {
  return { text: message, position: { line, column: 1, endLine: line } }
}

function endFault({ cutShort }: Lines, nodes: readonly Placed[], { faults }: Grammar): GoError | undefined {
  if (faults === 'bare') return undefined
  if (nodes.length === 0) return fault('file with no instructions')
  return cutShort ? fault('dockerfile line greater than max allowed size of 65535') : undefined
}

/** The line's node, with the here-documents after it. */
function place(line: LogicalLine, lines: Lines, reading: { grammar: Grammar; escape: Escape }): Placed {
  const node = readNode(line.text, reading)
  const { grammar } = reading
  if (!grammar.heredocs || !mayHoldHeredoc(node) || !line.text.includes('<<')) return { node, position: line.position }
  let heredocs = ''
  for (const { name, chomp } of heredocsOf(line.text))
    heredocs += `\n${takeHeredoc(lines, name, chomp, grammar)}${name}`
  return { node: { ...node, heredocs }, position: { ...line.position, endLine: lines.at } }
}

function mayHoldHeredoc(node: Node): boolean {
  const { command, json } = node.trigger ?? node
  return !json && (command === 'run' || command === 'copy' || command === 'add')
}

/** The second half: what the nodes mean, and which stage each belongs to; or the first fault. */
function readStages(nodes: readonly Placed[], grammar: Grammar): Pick<Dockerfile, 'metaArgs' | 'stages'> | Problem {
  const metaArgs: ArgInstruction[] = []
  const stages: (Stage & { readonly instructions: Instruction[] })[] = []
  for (const { node, position } of nodes) {
    const instruction = orGoError(() => readInstruction(node, grammar, position))
    if (instruction instanceof GoError) return { text: typedFault(instruction, position, grammar), position }
    const stage = stages.at(-1)
    if (instruction.kind === 'FROM')
      stages.push({ from: instruction, name: toLower(instruction.name ?? ''), instructions: [] })
    else if (stage !== undefined) stage.instructions.push(instruction)
    else if (instruction.kind === 'ARG' && grammar.namedStages) metaArgs.push(instruction)
    else return { text: noStage(instruction, grammar), position }
  }
  return { metaArgs, stages }
}

function typedFault({ message }: GoError, { line }: Position, { faults }: Grammar): string {
  if (faults === 'bare') return message
  return `dockerfile parse error ${faults === 'line' ? 'line' : 'on line'} ${line}: ${message}`
}

function noStage({ kind }: Instruction, { faults }: Grammar): string {
  if (faults !== 'bare') return 'no build stage in current context'
  return `Please provide a source image with \`from\` prior to ${kind === 'RUN' ? 'run' : 'commit'}`
}
