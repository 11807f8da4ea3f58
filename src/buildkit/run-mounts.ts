import type { CommandInstruction } from '../dockerfile/instruction.ts'
import { cleanPath } from '../go/path.ts'
import { compareText } from '../go/text.ts'
import type { Selector } from './content.ts'
import { type Conversion, contextVertex, sourceVertex } from './conversion.ts'
import { addVertex, type Input, type Inputs, inputOf, makeInput } from './graph.ts'
import { cacheID, type MountOption, readMount, secretMount } from './mounts.ts'
import type { MakeDirectory, Mount } from './operation.ts'
import { stageNamed } from './plan.ts'
import { expand, type Stage } from './stage.ts'

export interface RunMounts {
  readonly mounts: readonly Mount[]
  readonly inputs: readonly Input[]
  readonly selections: readonly (string | undefined)[]
  /** Targets of ssh mounts. */
  readonly sockets: readonly string[]
}

interface Placed {
  readonly option: MountOption | undefined
  readonly target: string
  readonly vertex: number | undefined
  readonly selection: string | undefined
}

/** All that a RUN sees: the stage's files, then what `--mount` adds, by target (client/llb ExecOp, rules 6). */
export function runMounts(conversion: Conversion, stage: Stage, { mounts = [], text }: CommandInstruction): RunMounts {
  const options = mounts.map((mount) => readMount(mount, (word) => expand(conversion, stage.env, word)))
  const isFile = ({ type }: MountOption): boolean => type === 'secret' || type === 'ssh'
  const root: Placed = { option: undefined, target: '/', vertex: stage.output, selection: undefined }
  const shown = options.filter((option) => !isFile(option)).map((option) => placed(conversion, stage, option, text))
  const all = [root, ...shown].sort((a, b) => compareText(a.target, b.target))
  const inputs: Inputs = { ids: [] }
  const made = all.map((each) => mountOf(each, inputOf(inputs, each.vertex)))
  const sockets = options.filter(({ type }) => type === 'ssh')
  const files = [
    ...options.filter(({ type }) => type === 'secret').map((option) => secretMount(option, 0)),
    ...sockets.map(secretMount),
  ]
  return {
    mounts: [...made, ...files],
    inputs: inputs.ids.map((vertex, input) => inputOfRun(vertex, input, made, all)),
    selections: all.map(({ selection }) => selection),
    sockets: files.filter(({ type }) => type === 'ssh').map(({ target }) => target),
  }
}

function placed(conversion: Conversion, stage: Stage, option: MountOption, text: string): Placed {
  const { type, from, source } = option
  const target = option.target.startsWith('/') ? option.target : cleanPath(`/${stage.directory}/${option.target}`)
  const path = cleanPath(`/${source}`)
  const selection = path === '/' ? undefined : path
  if (type === 'tmpfs') {
    if (from === '') contextVertex(conversion, source)
    return { option, target, vertex: undefined, selection: undefined }
  }
  if (from === '' && type === 'bind') return { option, target, vertex: contextVertex(conversion, source), selection }
  const vertex =
    from === ''
      ? ownedDirectory(conversion, option, text)
      : sourceVertex(conversion, stageNamed(conversion.plan, from), text)
  return { option, target, vertex, selection: vertex === undefined || from !== '' ? selection : '/cache' }
}

/** A cache that begins with an owner or a mode: an empty file system with one directory. */
function ownedDirectory({ graph }: Conversion, { uid, gid, mode }: MountOption, text: string): number | undefined {
  if (uid === undefined && gid === undefined && mode === undefined) return undefined
  const owner = { user: { id: uid ?? 0 }, group: { id: gid ?? 0 } }
  const action: MakeDirectory = {
    action: 'mkdir',
    input: -1,
    owner,
    path: '/cache',
    mode: mode ?? 0o755,
    parents: false,
  }
  return addVertex(graph, { operation: { kind: 'file', actions: [action] }, inputs: [], text })
}

function mountOf({ option, target }: Placed, input: number): Mount {
  if (option === undefined) return { input, target, output: 0, readonly: false, type: 'bind' }
  const { type, readonly, sharing } = option
  const mount = { input, target, output: -1, readonly, type } as const
  return type === 'cache' ? { ...mount, id: cacheID(option), sharing } : mount
}

/** Content counts where nothing that is written to the input is kept (getMountDeps). */
function inputOfRun(vertex: number, input: number, mounts: readonly Mount[], all: readonly Placed[]): Input {
  const own = all.filter((_, at) => mounts[at]!.input === input)
  const selected = own.flatMap(({ selection }): Selector[] =>
    selection === undefined ? [] : [{ path: selection, wildcard: false, follow: true }],
  )
  const whole = makeInput(vertex, selected, true)
  return own.some(({ target }) => target === '/') ? { vertex, selector: whole.selector } : whole
}
