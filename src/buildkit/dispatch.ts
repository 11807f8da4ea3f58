import { DEFAULT_SHELL } from '../dockerfile/defaults.ts'
import type {
  ArgInstruction,
  CommandInstruction,
  CopyInstruction,
  Instruction,
  PairsInstruction,
  TextInstruction,
} from '../dockerfile/instruction.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { givenOr } from './args.ts'
import { copySelector } from './content.ts'
import { type Conversion, contextVertex, sourceVertex } from './conversion.ts'
import { addVertex, type Inputs, inputOf, makeInput } from './graph.ts'
import type { CopyAction, Owner, UserName } from './operation.ts'
import { stageOf } from './plan.ts'
import { runMounts } from './run-mounts.ts'
import {
  changeDirectory,
  checkWords,
  expand,
  fromDirectory,
  type Stage,
  withConfigVariable,
  withVariable,
} from './stage.ts'

type Made = readonly [next: Stage, vertex?: number]

/** One instruction: the stage after it, and the vertex that it makes. Throws a GoError where the daemon fails. */
export function dispatch(conversion: Conversion, stage: Stage, instruction: Instruction): Made {
  switch (instruction.kind) {
    case 'FROM':
      throw new GoError('instruction', 'FROM is not allowed here')
    case 'RUN':
      return run(conversion, stage, instruction)
    case 'COPY':
    case 'ADD':
      return copy(conversion, stage, instruction)
    case 'WORKDIR':
      return workdir(conversion, stage, instruction)
    case 'ENV':
      return [setVariables(conversion, stage, instruction)]
    case 'ARG':
      return [declare(conversion, stage, instruction)]
    case 'USER': {
      const user = expand(conversion, stage.env, instruction.value)
      return [{ ...stage, user, config: { ...stage.config, User: user } }]
    }
    case 'SHELL':
      return [{ ...stage, config: { ...stage.config, Shell: instruction.words } }]
    case 'ONBUILD': {
      const OnBuild = [...(stage.config.OnBuild ?? []), instruction.expression]
      return [{ ...stage, config: { ...stage.config, OnBuild } }]
    }
    default:
      checkMetadata(conversion, stage, instruction)
      return [stage]
  }
}

/** What only a config holds is no part of any operation; but its words must be readable. */
function checkMetadata(conversion: Conversion, { env }: Stage, instruction: Instruction): void {
  const check = (word: string): string => expand(conversion, env, word)
  if (instruction.kind === 'LABEL') for (const { key, value } of instruction.pairs) check(key + check(value))
  else if (instruction.kind === 'VOLUME') instruction.paths.forEach(check)
  else if (instruction.kind === 'STOPSIGNAL') check(instruction.value)
  else if (instruction.kind === 'EXPOSE') for (const port of instruction.ports) checkWords(conversion, env, port)
}

function setVariables(conversion: Conversion, stage: Stage, { pairs }: PairsInstruction): Stage {
  const read = (word: string): string => expand(conversion, stage.env, word)
  let { env, config } = stage
  for (const [name, value] of pairs.map(({ key, value }) => [read(key), read(value)] as const)) {
    env = withVariable(env, name, value)
    config = withConfigVariable(config, name, value)
  }
  return { ...stage, env, config }
}

function declare(conversion: Conversion, stage: Stage, { args }: ArgInstruction): Stage {
  const given = conversion.request.buildArgs ?? {}
  const read = (word: string): string => expand(conversion, stage.env, word)
  let { env } = stage
  for (const [name, fallback] of args.map(({ key, value }) => [read(key), value && read(value)] as const)) {
    const global = conversion.args.findLast((arg) => arg.name === name)
    const value = givenOr(given, name, fallback) ?? global?.value
    if (value !== undefined) env = withVariable(env, name, value)
  }
  return { ...stage, env }
}

function run(conversion: Conversion, stage: Stage, instruction: CommandInstruction): Made {
  const { graph, request } = conversion
  const { words = [], json, text, network, security, heredocs = '' } = instruction
  const { Shell } = stage.config
  const args = json ? words : [...(Shell?.length ? Shell : DEFAULT_SHELL), words.join(' ') + heredocs]
  const { mounts, inputs, selections, sockets } = runMounts(conversion, stage, instruction)
  const env = sockets[0] === undefined ? stage.env : withSocket(stage.env, sockets[0])
  const { directory, user, platform } = stage
  const asked = network === 'host' || network === 'none' || network === 'default' ? network : request.network
  const operation = {
    kind: 'exec',
    args,
    env,
    cwd: directory || '/',
    user,
    network: asked ?? 'default',
    insecure: security === 'insecure',
    hosts: request.hosts ?? [],
    mounts,
    platform,
  } as const
  const vertex = addVertex(graph, { operation, inputs, text, ignoreCache: request.noCache === true, selections })
  return [{ ...stage, output: vertex }, vertex]
}

function withSocket(env: readonly string[], socket: string): readonly string[] {
  return env.some((entry) => entry.startsWith('SSH_AUTH_SOCK=')) ? env : [...env, `SSH_AUTH_SOCK=${socket}`]
}

function copy(conversion: Conversion, stage: Stage, instruction: CopyInstruction): Made {
  const read = (word: string): string => expand(conversion, stage.env, word)
  const { kind, from, text, chmod } = instruction
  const chown = instruction.chown === undefined ? '' : read(instruction.chown)
  const sources = instruction.sources.map(read)
  const written = read(instruction.destination)
  const clean = fromDirectory(stage, written)
  const destination = /^\.?$|\/$/.test(written) && clean !== '/' ? `${clean}/` : clean
  const mode = chmod !== undefined && /^[0-7]+$/.test(chmod) ? Number.parseInt(chmod, 8) : -1
  const inputs: Inputs = { ids: [] }
  const base = inputOf(inputs, instruction.link ? undefined : stage.output)
  const vertices = sources.map((source) => copySource(conversion, kind, source, from, text))
  if (instruction.heredocs !== undefined) {
    sources.push('/heredoc')
    vertices.push(inlineFiles(conversion, stage, instruction.heredocs, text))
  }
  const actions = sources.map((source, at): CopyAction => {
    const isURL = URL.test(source)
    return {
      action: 'copy',
      input: base,
      from: inputOf(inputs, vertices[at]),
      source: isURL ? baseOfURL(source) : cleanPath(`/${source}`),
      destination,
      owner: chown === '' ? undefined : ownerOf(chown, base),
      mode,
      unpack: kind === 'ADD' && !isURL,
      wildcards: !isURL,
    }
  })
  const chained = actions.map((action, at) => (at === 0 ? action : { ...action, input: inputs.ids.length + at - 1 }))
  const selected = inputs.ids.map((vertex, input) => {
    const own = actions.filter((action) => action.from === input)
    return makeInput(
      vertex,
      own.map((action) => copySelector(action.source, action.wildcards)),
      input !== base,
    )
  })
  const { graph, request } = conversion
  const operation = { kind: 'file', actions: chained } as const
  const vertex = addVertex(graph, { operation, inputs: selected, text, ignoreCache: request.noCache === true })
  return [{ ...stage, output: instruction.link ? merged(conversion, stage.output, vertex) : vertex }, vertex]
}

/** The files of here-documents, as one: their variables are filled in as far as a plain `$NAME` goes. */
function inlineFiles({ graph }: Conversion, { env }: Stage, heredocs: string, text: string): number {
  const read = (name: string): string =>
    env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
  const data = heredocs.replace(/\$\{?(\w+)\}?/g, (_, variable: string) => read(variable))
  const action = { action: 'mkfile', input: -1, owner: undefined, path: '/heredoc', mode: 0o664, data } as const
  return addVertex(graph, { operation: { kind: 'file', actions: [action] }, inputs: [], text })
}

/** `--link`: what was copied onto nothing, laid over the stage's files. */
function merged({ graph }: Conversion, base: number | undefined, copied: number): number {
  if (base === undefined) return copied
  const inputs = [base, copied].map((vertex) => makeInput(vertex, [], false))
  return addVertex(graph, { operation: { kind: 'merge' }, inputs, text: '' })
}

const URL = /^https?:\/\//

function baseOfURL(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/, '').replace(/[?#].*$/s, '')
  return path.replace(/\/+$/, '').split('/').at(-1) || '__unnamed__'
}

function copySource(conversion: Conversion, kind: string, source: string, from: string | undefined, text: string) {
  if (!URL.test(source))
    return from ? sourceVertex(conversion, stageOf(conversion.plan, from), text) : contextVertex(conversion, source)
  if (kind === 'COPY') throw new GoError('instruction', "source can't be a URL for COPY")
  return addVertex(conversion.graph, { operation: { kind: 'context', url: source }, inputs: [], text: source })
}

/** `user:group`, each a number or a name (client/llb parseUID); a name needs a file system that explains it. */
export function ownerOf(chown: string, input: number): Owner {
  const at = chown.indexOf(':')
  const [user, group] = at < 0 ? [chown] : [chown.slice(0, at), chown.slice(at + 1)]
  const read = (name: string): UserName => {
    if (name === 'root' || name === '') return { id: 0 }
    if (/^[+-]?\d+$/.test(name) && Math.abs(Number(name)) < 2 ** 31) return { id: Number(name) >>> 0 }
    if (input < 0) throw new GoError('instruction', `invalid user index ${input}`)
    return { name, input }
  }
  return { user: read(user!), ...(group !== undefined && { group: read(group) }) }
}

function workdir(conversion: Conversion, stage: Stage, { value, text }: TextInstruction): Made {
  const { builder, graph } = conversion
  const read = expand(conversion, stage.env, value)
  const path =
    builder.workdir === 'cleaned' ? cleanPath(read.startsWith('/') ? read : `${stage.directory}/${read}`) : read
  const moved = changeDirectory(stage, path)
  const WorkingDir = path.startsWith('/') ? path : cleanPath(`/${stage.config.WorkingDir ?? ''}/${path}`)
  const next = { ...moved, config: { ...stage.config, WorkingDir } }
  if (WorkingDir === '/') return [next]
  const inputs: Inputs = { ids: [] }
  const input = inputOf(inputs, stage.output)
  const { User } = stage.config
  const owner = User ? ownerOf(User, input) : undefined
  const action = { action: 'mkdir', input, owner, path: cleanPath(WorkingDir), mode: 0o755, parents: true } as const
  const operation = { kind: 'file', actions: [action] } as const
  const vertex = addVertex(graph, { operation, inputs: inputs.ids.map((id) => makeInput(id, [], false)), text })
  return [{ ...next, output: vertex }, vertex]
}
