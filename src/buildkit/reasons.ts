import type { PredictedStep, PredictedVertex, Prediction } from '../dockerfile/prediction.ts'
import { trieEntries, trieGet } from '../persistent/trie.ts'
import { contextFrom, storedFiles } from './context.ts'
import type { KnownOperation } from './keys.ts'
import type { ExecOperation, FileOperation, Operation } from './operation.ts'
import type { BuildkitState } from './request.ts'

/** What differs between two operations on the same input: `was` is what has run, `now` what is asked for. */
export interface OperationDifference {
  readonly part:
    | 'instruction'
    | 'command'
    | 'env'
    | 'env-order'
    | 'directory'
    | 'user'
    | 'network'
    | 'hosts'
    | 'mounts'
    | 'platform'
    | 'source'
    | 'destination'
    | 'owner'
    | 'mode'
  /** Of a variable. */
  readonly name?: string
  readonly was?: string
  readonly now?: string
}

/** A file of the context that is not what it was when this directory was sent last. */
export interface ContextDifference {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
}

export interface BuildkitReason {
  readonly why: NonNullable<PredictedStep['why']>
  /** The operation that ran on the same input and comes nearest. */
  readonly nearest?: string
  readonly differences: readonly OperationDifference[]
  /** Of the files that the step reads from the context. */
  readonly files: readonly ContextDifference[]
}

/** Why a step must run, in parts; `undefined` for one that need not. Looks at every link of the store. */
export function buildkitReason(
  before: BuildkitState | undefined,
  [after, prediction]: readonly [after: BuildkitState | undefined, prediction: Prediction],
  step: PredictedStep,
  directory = '.',
): BuildkitReason | undefined {
  const { why, vertex: id } = step
  if (why === undefined || id === undefined) return undefined
  const vertex = prediction.vertices![id]!
  const known = after && trieGet(after.keys.operations, vertex.record)
  const nearest = why === 'operation' && before && known ? findNearest(before, vertex, prediction, known) : undefined
  const files = why === 'content' ? differentFiles(before, after, vertex, prediction, directory) : []
  return { why, files, ...(nearest ?? { differences: [] }) }
}

function findNearest(
  { keys }: BuildkitState,
  { inputs, record }: PredictedVertex,
  { vertices = [] }: Prediction,
  { operation }: KnownOperation,
) {
  const from = inputs[0] && vertices[inputs[0].vertex]?.key
  const start = `${from} 0 `
  let found: { readonly nearest: string; readonly differences: readonly OperationDifference[] } | undefined
  for (const [link] of from === undefined ? [] : trieEntries(keys.links)) {
    const other = link.startsWith(start) ? link.slice(start.length).split(' ', 1)[0]! : record
    const known = other === record ? undefined : trieGet(keys.operations, other)
    if (known?.operation.kind !== operation.kind) continue
    const differences = compareOperations(known.operation, operation)
    if (found === undefined || differences.length < found.differences.length)
      found = { nearest: known.text, differences }
  }
  return found
}

/** What of an operation changed. None: they are the same. */
export function compareOperations(was: Operation, now: Operation): readonly OperationDifference[] {
  if (was.kind === 'exec' && now.kind === 'exec') return compareRuns(was, now)
  if (was.kind === 'file' && now.kind === 'file') return compareFiles(was, now)
  return [{ part: 'instruction', was: was.kind, now: now.kind }]
}

function compareRuns(was: ExecOperation, now: ExecOperation): readonly OperationDifference[] {
  const parts: readonly (readonly [OperationDifference['part'], string, string])[] = [
    ['command', was.args.join(' '), now.args.join(' ')],
    ['directory', was.cwd, now.cwd],
    ['user', was.user, now.user],
    ['network', was.network, now.network],
    ['hosts', was.hosts.join(' '), now.hosts.join(' ')],
    ['mounts', JSON.stringify(was.mounts), JSON.stringify(now.mounts)],
    ['platform', JSON.stringify(was.platform), JSON.stringify(now.platform)],
  ]
  return [...changed(parts), ...compareEnvironments(was.env, now.env)]
}

function changed(parts: readonly (readonly [OperationDifference['part'], string, string])[]): OperationDifference[] {
  return parts.flatMap(([part, was, now]) => (was === now ? [] : [{ part, was, now }]))
}

function compareEnvironments(was: readonly string[], now: readonly string[]): readonly OperationDifference[] {
  const [old, fresh] = [was, now].map(
    (env) => new Map(env.map((entry) => [entry.split('=', 1)[0]!, entry.slice(entry.indexOf('=') + 1)])),
  )
  const names = [...new Set([...old!.keys(), ...fresh!.keys()])]
  const found = names.flatMap((name): OperationDifference[] => {
    const [a, b] = [old!.get(name), fresh!.get(name)]
    return a === b
      ? []
      : [{ part: 'env', name, ...(a !== undefined && { was: a }), ...(b !== undefined && { now: b }) }]
  })
  if (found.length > 0 || was.join('\n') === now.join('\n')) return found
  return [{ part: 'env-order', was: [...old!.keys()].join(' '), now: [...fresh!.keys()].join(' ') }]
}

function compareFiles(was: FileOperation, now: FileOperation): readonly OperationDifference[] {
  const facts = ({ actions }: FileOperation) => {
    const copies = actions.flatMap((action) => (action.action === 'copy' ? [action] : []))
    return {
      instruction: actions
        .map((action) =>
          action.action === 'mkdir' ? 'WORKDIR' : action.action === 'copy' && action.unpack ? 'ADD' : 'COPY',
        )
        .join(' '),
      source: copies.map(({ source }) => source).join(' '),
      destination: actions.map((action) => (action.action === 'copy' ? action.destination : action.path)).join(' '),
      owner: actions.map(({ owner }) => JSON.stringify(owner ?? null)).join(' '),
      mode: actions.map(({ mode }) => mode.toString(8)).join(' '),
    }
  }
  const [a, b] = [facts(was), facts(now)]
  return changed((Object.keys(a) as (keyof typeof a)[]).map((part) => [part, a[part], b[part]] as const))
}

function differentFiles(
  before: BuildkitState | undefined,
  after: BuildkitState | undefined,
  { inputs }: PredictedVertex,
  { vertices = [] }: Prediction,
  directory: string,
): readonly ContextDifference[] {
  const paths = inputs.flatMap(({ vertex, paths = [] }) => (vertices[vertex]?.kind === 'context' ? paths : []))
  const [was, now] = [before, after].map(
    (state) => (state && contextFrom(state.contexts, directory))?.files ?? storedFiles(),
  )
  const isRead = (path: string): boolean =>
    paths.some((each) => /[*?[]/.test(each) || each === '/' || `/${path}/`.startsWith(`${each}/`))
  const all = [...new Set([...Object.keys(was!), ...Object.keys(now!)])].filter(isRead).sort()
  return all.flatMap((path): ContextDifference[] => {
    const [a, b] = [was![path], now![path]]
    if (a === undefined || b === undefined) return [{ path, change: a === undefined ? 'added' : 'removed' }]
    return a.digest === b.digest && a.type === b.type ? [] : [{ path, change: 'changed' }]
  })
}
