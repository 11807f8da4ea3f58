import { buildBuildah } from '../../src/buildah/build.ts'
import type { BuildahRequest, StateWithOrder, StepExecuted, StepToExecute } from '../../src/buildah/request.ts'
import { type FileRecord, pathKey } from '../../src/dockerfile/context.ts'
import type { Prediction } from '../../src/dockerfile/prediction.ts'
import { type SourceTree, treeOf } from '../../src/dockerfile/tree.ts'
import { readTime } from '../../src/go/time.ts'
import type { ImageID } from '../../src/image/image.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImages } from '../../src/store/write.ts'
import { baseConfigs, baseFiles, optionsOf, pairs, type RecordedBuild, sentContext } from './engine-recording.ts'
import { copyFiles, type FileSystem, filesOf, runShell, scriptOf, treeOfFiles } from './shell.ts'
import type { Replay, Verdict } from './vector.ts'

interface BuildahScenario {
  readonly bases: Readonly<Record<string, string>>
  readonly images: Readonly<Record<string, string>>
  readonly ops: readonly Op[]
}

interface Stored {
  readonly store: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

type BuildOp = RecordedBuild & { readonly steps: readonly RecordedStep[]; readonly image: string | null }
type Op = Stored & (BuildOp | { readonly op: 'tag' | 'rmi' })

interface RecordedStep {
  readonly stage: number
  readonly n: number
  readonly text: string
  readonly cached: boolean
  readonly id: string | null
}

interface World {
  readonly scenario: BuildahScenario
  readonly files: Map<ImageID, SourceTree>
  random: number
}

/** Every build of the scenario, from the recorded store before it: verdicts, images and the text of each step. A verdict a build. */
export const replayBuildah: Replay = ({ json }) => {
  const scenario = json as unknown as BuildahScenario
  const world: World = { scenario, files: baseFiles(scenario.bases), random: 0 }
  let before: Stored = { store: Object.values(scenario.bases), tags: scenario.bases }
  return scenario.ops.flatMap((op, index): Verdict[] => {
    const state = stateOf(scenario, before)
    before = op
    if (op.op !== 'build') return []
    const [, prediction] = buildBuildah(state, requestOf(world, op))
    return [{ name: `build ${index}`, differences: differentBuild(scenario, op, { engine: 'buildah', ...prediction }) }]
  })
}

function stateOf({ images }: BuildahScenario, { store, tags }: Stored): StateWithOrder {
  const configs = { ...baseConfigs(), ...images }
  let [next] = createImages(
    emptyStore(),
    store.flatMap((id) => (id in configs ? [new TextEncoder().encode(configs[id])] : [])),
  )
  for (const [name, id] of Object.entries(tags)) next = tagImage(next, name, `sha256:${id}` as ImageID)
  return { images: next, buildah: { order: store.map((id) => `sha256:${id}` as ImageID) } }
}

const SWITCHES = ['--layers', '--no-cache']

function requestOf(world: World, op: BuildOp): BuildahRequest {
  const options = optionsOf(op.args, SWITCHES)
  const { context, contentOf } = sentContext(op, true)
  const target = options.get('--target')?.[0]
  const layers = options.get('--layers')?.[0]
  return {
    dockerfile: op.dockerfile,
    dockerfilePath: op.dockerfile_path,
    context,
    contentOf,
    layers: layers !== undefined && layers !== 'false',
    noCache: options.has('--no-cache'),
    buildArgs: pairs(options.get('--build-arg')),
    labels: pairs(options.get('--label')),
    ...(target && { target }),
    files: (image) => world.files.get(image),
    runStep: (step) => execute(world, op, step, contextFiles(op)),
  }
}

function contextFiles(op: BuildOp): FileSystem {
  const { context, contentOf } = sentContext(op, false)
  const records = new Map<string, FileRecord>(
    context.entries.map((entry) => [
      pathKey(entry.path),
      { header: entry, content: contentOf(pathKey(entry.path)) ?? new Uint8Array() },
    ]),
  )
  return filesOf(treeOf(context, op.dockerfile_path), (path) => records.get(path))
}

/** The recorded image's facts, and what the simulator makes of the files. */
function execute(world: World, op: BuildOp, step: StepToExecute, context: FileSystem): StepExecuted {
  const recorded = op.steps.find(({ stage, n }) => stage === step.stage && n === step.number)
  const files = simulate(world, step, context)
  const id = recorded?.id as ImageID | undefined
  if (files === undefined && !id) return { outcome: 'error', text: op.error ?? 'not recorded' }
  const config = id && JSON.parse(world.scenario.images[id]!)
  const tree = files && treeOfFiles(files)
  if (id && tree) world.files.set(`sha256:${id}` as ImageID, tree)
  const addsLayer = config && !config.history.at(-1).empty_layer
  const created = readTime(config?.history.at(-1).created ?? '2026-01-01T00:00:00Z')
  return { outcome: 'ran', created, files: tree, ...(addsLayer && { diffID: config.rootfs.diff_ids.at(-1) }) }
}

/** `undefined` where the step fails, or is not simulated. */
function simulate(world: World, step: StepToExecute, context: FileSystem): FileSystem | undefined {
  const files = step.files ? filesOf(step.files, (path) => step.files?.fileAt?.(path)) : new Map()
  const { env, directory: cwd, copied } = step
  if (copied !== undefined) {
    const from = copied.from ? filesOf(copied.from, (path) => copied.from?.fileAt?.(path)) : context
    const destination = copied.destination.startsWith('/') ? copied.destination : `${cwd}/${copied.destination}`
    for (const source of copied.sources)
      copyFiles(files, from, {
        source: `/${source.replace(/^\.?\//, '')}`.replace(/^\/\.$/, '/'),
        destination,
        owner: undefined,
        mode: -1,
      })
  } else if (step.instruction === 'RUN') {
    const random = (): string => String(++world.random)
    const command = step.text.slice(4).trim()
    const script = command.startsWith('[') ? scriptOf(JSON.parse(command)) : command
    if (runShell({ files, env, cwd, mounts: [], random }, script) !== 0) return undefined
  }
  return files
}

function differentBuild({ images }: BuildahScenario, op: BuildOp, prediction: Prediction): string[] {
  const found =
    op.ok === (prediction.outcome === 'built')
      ? []
      : [`ok: recorded ${op.ok} ${op.error}, predicted ${prediction.error?.text}`]
  const ours = new Map<string, string>()
  for (const recorded of op.steps) {
    const rows = prediction.steps.filter(({ stage }) => stage === recorded.stage)
    const step = rows[recorded.n - 1]
    const name = `stage ${recorded.stage} step ${recorded.n} ${recorded.text}`
    if (step === undefined) {
      found.push(`${name}: not predicted`)
      continue
    }
    if (recorded.n === 1) continue
    const id = recorded.id === null ? undefined : `sha256:${recorded.id}`
    if ((step.status === 'hit') !== recorded.cached)
      found.push(`${name}: recorded ${recorded.cached ? 'cached' : 'run'}, predicted ${step.status}`)
    if (step.status === 'hit' && (ours.get(step.image!) ?? step.image) !== id)
      found.push(`${name}: recorded image ${id}, predicted ${step.image}`)
    if (step.status !== 'hit' && id && step.image) ours.set(step.image, id)
    const text = recorded.id === null ? undefined : JSON.parse(images[recorded.id]!).history.at(-1).created_by
    if (text !== undefined && text !== step.createdBy)
      found.push(`${name}: recorded text ${text}, predicted ${step.createdBy}`)
  }
  const shown = new Set(op.steps.map(({ stage }) => stage))
  for (const { stage, text } of prediction.steps)
    if (stage !== undefined && !shown.has(stage)) found.push(`stage ${stage} ${text}: predicted, and not run`)
  const last = prediction.image && (ours.get(prediction.image) ?? prediction.image)
  if (op.image !== null && last !== `sha256:${op.image}`) found.push(`image: recorded ${op.image}, predicted ${last}`)
  return found
}
