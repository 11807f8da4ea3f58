import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildBuildkit, pruneBuildkit } from '../../src/buildkit/build.ts'
import { fileDigest, type HashedTree } from '../../src/buildkit/content.ts'
import { buildkit } from '../../src/buildkit/engines.ts'
import type { ExecOperation, FileOperation } from '../../src/buildkit/operation.ts'
import type { BuildkitRequest, OperationRun, OperationToRun, StateWithKeys } from '../../src/buildkit/request.ts'
import type { FileRecord } from '../../src/dockerfile/context.ts'
import type { PredictedStep, Prediction } from '../../src/dockerfile/prediction.ts'
import type { SourceTree } from '../../src/dockerfile/tree.ts'
import type { ImageID } from '../../src/image/image.ts'
import { resolveImage } from '../../src/store/resolve.ts'
import type { ImageStore } from '../../src/store/store.ts'
import { allTags, tagImage, untagImage } from '../../src/store/tags.ts'
import { createImage, removeImage } from '../../src/store/write.ts'
import { baseFiles, baseImages, optionsOf, pairs, type RecordedBuild, sentContext } from './engine-recording.ts'
import { copyFiles, type FileSystem, filesOf, makeDirectories, runShell, scriptOf, treeOfFiles } from './shell.ts'
import { type Replay, readRecording, type Verdict } from './vector.ts'

export interface BuildkitScenario {
  readonly bases: Readonly<Record<string, string>>
  readonly images: Readonly<Record<string, string>>
  readonly ops: readonly Op[]
}

type Op =
  | (RecordedBuild & {
      readonly image: string | null
      readonly steps: readonly RecordedStep[]
      readonly merged: readonly (readonly [number, number])[]
      readonly vertices: readonly {
        readonly n: number
        readonly status: string | null
        readonly instructions?: readonly { readonly stage: number; readonly step: number; readonly onbuild?: unknown }[]
      }[]
    })
  | { readonly op: 'tag'; readonly source: string; readonly target: string }
  | { readonly op: 'rmi'; readonly ref: string }
  | { readonly op: 'prune'; readonly args: readonly string[] }

interface RecordedStep {
  readonly stage: number
  readonly step: number
  readonly line: number
  readonly instruction: string
  readonly vertex: number | null
  readonly status: string | null
}

/** The world of a scenario besides the daemon's store: what runs, and what caches and contexts hold. */
export interface World {
  state: StateWithKeys
  readonly files: Map<ImageID, SourceTree>
  readonly records: Map<string, FileRecord>
  readonly caches: Map<string, FileSystem>
  /** What each built image was made of. */
  readonly results: Map<ImageID, number>
  random: number
  readonly simulated: boolean
}

export function startWorld({ bases }: BuildkitScenario, simulated = true): World {
  return {
    state: { images: baseImages(bases) },
    files: baseFiles(bases),
    records: new Map(),
    caches: new Map(),
    results: new Map(),
    random: 0,
    simulated,
  }
}

/** Every build of the scenario, one after the other on one daemon. A verdict a build. */
export const replayBuildkit: Replay = ({ json }) => {
  const scenario = json as unknown as BuildkitScenario
  const world = startWorld(scenario)
  return scenario.ops.flatMap((op, index): Verdict[] => {
    const prediction = play(world, scenario, op)
    if (op.op !== 'build' || prediction === undefined) return []
    return [{ name: `build ${index}`, differences: differentBuild(op, prediction) }]
  })
}

/** Does what the operation does; of a build, its prediction. */
export function play(world: World, scenario: BuildkitScenario, op: Op): Prediction | undefined {
  const { state } = world
  if (op.op === 'tag') {
    const found = resolveImage(state.images, op.source)
    if (found.outcome === 'found') world.state = { ...state, images: tagImage(state.images, op.target, found.id) }
  } else if (op.op === 'rmi') {
    world.state = withoutTag(world, op.ref)
  } else if (op.op === 'prune') {
    world.caches.clear()
    if (state.buildkit) world.state = { ...state, buildkit: pruneBuildkit(state.buildkit, op.args.includes('-a')) }
  } else if (op.op === 'build') {
    const request = requestOf(world, op)
    if (request.noCache) world.caches.clear()
    const [next, prediction] = buildBuildkit(state, buildkit, request)
    world.state = { ...next, images: withImage(next.images, scenario, op.image, op.tag, op.args) }
    const result = next.buildkit?.built.at(-1)
    if (op.image && result !== undefined) world.results.set(`sha256:${op.image}` as ImageID, result)
    return { engine: 'buildkit', ...prediction }
  }
  return undefined
}

/** `docker rmi -f`: the name goes, and the image with the last of its names. */
function withoutTag({ state, results }: World, ref: string): StateWithKeys {
  const found = resolveImage(state.images, ref)
  if (found.outcome === 'error') return state
  const images = untagImage(state.images, ref)
  if (allTags(images).some(({ id }) => id === found.id)) return { ...state, images }
  const { buildkit } = state
  const result = results.get(found.id)
  const built = (buildkit?.built ?? []).filter((each) => each !== result)
  return { ...state, images: removeImage(images, found.id)[0], ...(buildkit && { buildkit: { ...buildkit, built } }) }
}

function withImage(
  store: ImageStore,
  { images }: BuildkitScenario,
  id: string | null,
  tag: string,
  args: readonly string[],
) {
  const raw = id === null ? undefined : images[id]
  if (raw === undefined) return store
  const [next, made] = createImage(store, new TextEncoder().encode(raw))
  if (made.outcome === 'error') return store
  const tags = [tag, ...(optionsOf(args, SWITCHES).get('-t') ?? [])]
  return tags.reduce((store, each) => tagImage(store, each, made.id), next)
}

const SWITCHES = ['--no-cache', '--pull', '--rm', '--force-rm', '--quiet', '-q', '--compress']

function requestOf(world: World, op: RecordedBuild): BuildkitRequest {
  const options = optionsOf(op.args, SWITCHES)
  const { context, contentOf } = sentContext(op, false)
  for (const { path, ...header } of context.entries) {
    const record = { header: { ...header, path }, content: contentOf(path.replace(/\/$/, '')) ?? new Uint8Array() }
    if (header.type === 'file' || header.type === 'symlink')
      world.records.set(
        fileDigest({ ...record, content: header.type === 'file' ? record.content : new Uint8Array() }, false),
        record,
      )
  }
  const network = options.get('--network')?.[0]
  const [target, platform] = [options.get('--target')?.[0], options.get('--platform')?.[0]]
  return {
    dockerfile: op.dockerfile,
    dockerfilePath: op.dockerfile_path,
    context,
    contentOf,
    directory: op.dir,
    buildArgs: pairs(options.get('--build-arg')),
    labels: pairs(options.get('--label')),
    noCache: options.has('--no-cache'),
    cacheFrom: options.get('--cache-from') ?? [],
    hosts: (options.get('--add-host') ?? []).map((host) => host.split(':', 1)[0]!),
    network: network === 'none' || network === 'host' ? network : 'default',
    ...(target && { target }),
    ...(platform && { platform }),
    files: (image) => world.files.get(image),
    ...(world.simulated && { runOperation: (step) => simulate(world, op, step) }),
  }
}

function simulate(world: World, op: RecordedBuild, { operation, inputs, selections }: OperationToRun): OperationRun {
  const systems = inputs.map(
    (input) =>
      input &&
      (isHashed(input)
        ? filesOf(input, (path) => recordAt(world, input, path))
        : filesOf(input, (path) => input.fileAt?.(path))),
  )
  if (systems.includes(undefined)) return { outcome: 'ran' }
  const known = systems as FileSystem[]
  if (operation.kind === 'merge') return { outcome: 'ran' }
  return operation.kind === 'exec'
    ? simulateRun(world, op, operation, known, selections)
    : { outcome: 'ran', files: treeOfFiles(simulateFiles(operation, known)) }
}

const isHashed = (input: SourceTree | HashedTree): input is HashedTree => !('kind' in input)

function recordAt({ records }: World, tree: HashedTree, path: string): FileRecord | undefined {
  const digest = tree.digestAt(path)
  return digest === undefined ? undefined : records.get(digest)
}

function simulateFiles({ actions }: FileOperation, inputs: readonly FileSystem[]): FileSystem {
  const made: FileSystem[] = []
  const at = (index: number): FileSystem => new Map(index < 0 ? [] : (inputs[index] ?? made[index - inputs.length]))
  for (const action of actions) {
    const files = at(action.input)
    const { user, group } = action.owner ?? {}
    const uid = user && 'id' in user ? user.id : 0
    const owner = action.owner && { uid, gid: group && 'id' in group ? group.id : uid }
    if (action.action === 'mkdir') makeDirectories(files, action.path, { ...owner, mode: action.mode })
    else if (action.action === 'copy') copyFiles(files, at(action.from), { ...action, owner })
    made.push(files)
  }
  return made.at(-1)!
}

function simulateRun(
  world: World,
  op: RecordedBuild,
  { args, env, cwd, mounts }: ExecOperation,
  inputs: readonly FileSystem[],
  selections: readonly (string | undefined)[],
): OperationRun {
  const files: FileSystem = new Map(mounts[0]!.input < 0 ? [] : inputs[mounts[0]!.input])
  const shown = mounts.slice(1).map((mount, at): readonly [string, FileSystem, string] => {
    if (mount.type === 'bind') return [mount.target, new Map(inputs[mount.input]), selections[at + 1] ?? '/']
    if (mount.type === 'cache') {
      const cache = world.caches.get(mount.id!) ?? new Map(mount.input < 0 ? [] : inputs[mount.input])
      world.caches.set(mount.id!, cache)
      return [mount.target, cache, selections[at + 1] ?? '/']
    }
    if (mount.type === 'secret') return [mount.target, new Map([['s', secretOf(op, mount.id!)]]), '/s']
    return [mount.target, new Map(), '/']
  })
  const random = (): string => String(++world.random)
  makeDirectories(files, cwd)
  const code = runShell({ files, env, cwd, mounts: shown, random }, scriptOf(args))
  if (code === undefined) return { outcome: 'ran' }
  if (code !== 0) return { outcome: 'error', text: `executor failed running [${args.join(' ')}]: exit code: ${code}` }
  return { outcome: 'ran', files: treeOfFiles(files) }
}

function secretOf({ context, args }: RecordedBuild, id: string) {
  const option = optionsOf(args, SWITCHES)
    .get('--secret')
    ?.find((each) => each.split(',').includes(`id=${id}`))
  const source = /src=@CTX@\/([^,]*)/.exec(option ?? '')?.[1]
  const content = context.find(({ path }) => path === source)?.content ?? ''
  return { type: 'file', mode: 0o400, uid: 0, gid: 0, content } as const
}

function differentBuild(op: Extract<Op, { readonly op: 'build' }>, prediction: Prediction): string[] {
  const error = prediction.error?.text ?? prediction.problems[0]?.text
  const found =
    op.ok === (prediction.outcome === 'built')
      ? []
      : [`ok: recorded ${op.ok} ${op.error}, predicted ${prediction.outcome} ${error}`]
  for (const recorded of op.steps) {
    const steps = prediction.steps.filter(
      (step) => step.stage === recorded.stage && step.position?.line === recorded.line && step.trigger === undefined,
    )
    const step = steps[0]
    if (recorded.instruction.toUpperCase().startsWith('FROM')) continue
    const predicted = shownStatus(step)
    const races = op.merged.some((pair) => pair.includes(recorded.vertex ?? -1))
    const cancelled = !op.ok && (recorded.status === 'CANCELED' || recorded.status === null)
    if (races || cancelled || predicted === recorded.status) continue
    found.push(
      `stage ${recorded.stage} step ${recorded.step} ${recorded.instruction}: recorded ${recorded.status}, predicted ${predicted} (${step?.status} ${step?.via ?? ''} ${step?.why ?? ''})`,
    )
  }
  for (const { status, instructions = [] } of op.vertices) {
    for (const { stage, onbuild } of instructions) {
      if (onbuild === undefined || status === null) continue
      const triggers = prediction.steps.filter((step) => step.stage === stage && step.trigger !== undefined)
      if (!triggers.some((step) => shownStatus(step) === status))
        found.push(`stage ${stage} trigger: recorded ${status}`)
    }
  }
  return found
}

function shownStatus(step: PredictedStep | undefined): string | null {
  if (step === undefined || step.status === 'not-cacheable') return null
  if (step.error) return 'ERROR'
  if (step.status === 'hit') return 'CACHED'
  if (step.status === 'not-probed') return step.why === undefined ? null : 'DONE'
  return step.status === 'depends-on-output' ? 'DEPENDS' : 'DONE'
}

interface DigestRow {
  readonly scenario: string
  readonly op: number
  readonly kind: string
  readonly instruction: string
  readonly op_digest: string
  readonly record: string
  readonly content?: readonly {
    readonly input: number
    readonly content_digest: string
    readonly record: string
    readonly selector_digest?: string
  }[]
}

/** digests-*.json: every recorded digest of every vertex, recomputed from Dockerfile and files. The scenarios lie beside. */
export const replayDigests: Replay = ({ path, json }) => {
  const rows = json as unknown as readonly DigestRow[]
  const split = /digests-(\w+)/.exec(path)?.[1] ?? 'public'
  const names = [...new Set(rows.map(({ scenario }) => scenario))]
  return names.flatMap((name) => {
    const own = rows.filter(({ scenario }) => scenario === name)
    const [plain, packed] = ['.json', '.json.gz'].map((end) => join(dirname(path), split, name + end))
    const scenario = readRecording(existsSync(plain!) ? plain! : packed!).json as unknown as BuildkitScenario
    return replayScenarioDigests(scenario, own)
  })
}

function replayScenarioDigests(scenario: BuildkitScenario, rows: readonly DigestRow[]): Verdict[] {
  const world = startWorld(scenario)
  return scenario.ops.flatMap((op, index) => {
    const wanted = rows.filter((row) => row.op === index)
    const prediction = play(world, scenario, op)
    return wanted.map((row) => ({
      name: `${row.scenario} ${row.op} ${row.instruction}`,
      differences: differentRow(row, prediction),
    }))
  })
}

function differentRow(row: DigestRow, prediction: Prediction | undefined): string[] {
  const own =
    prediction?.vertices?.filter(
      ({ text, kind }) => text === row.instruction && (kind === 'source' ? 'image' : kind) === row.kind,
    ) ?? []
  const ours = own.find(({ digest }) => digest === row.op_digest)
  if (ours === undefined)
    return [`op_digest: recorded ${row.op_digest}, replayed ${own.map(({ digest }) => digest).join()}`]
  const found = ours.record === row.record ? [] : [`record: recorded ${row.record}, replayed ${ours.record}`]
  for (const content of row.content ?? []) {
    const input = ours.inputs[content.input]
    if (input?.content !== content.record)
      found.push(`content record ${content.input}: recorded ${content.record}, replayed ${input?.content}`)
    if (content.selector_digest && input?.selector !== content.selector_digest)
      found.push(`selector: recorded ${content.selector_digest}, replayed ${input?.selector}`)
  }
  return found
}
