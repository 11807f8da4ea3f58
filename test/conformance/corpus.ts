import { gunzipSync } from 'node:zlib'
import { docker17_03 } from '../../src/cache/rules.ts'
import { buildClassic } from '../../src/classic/build.ts'
import { classic17_03 } from '../../src/classic/engines.ts'
import type { ContextEntry, FileSpec, Files } from '../../src/dockerfile/context.ts'
import type { PredictedStep, Prediction } from '../../src/dockerfile/prediction.ts'
import { readContext } from '../../src/dockerfile/read-context.ts'
import type { BuildRequest, StepRun } from '../../src/dockerfile/request.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { readGoString, replaceInvalid } from '../../src/go/text.ts'
import { readTime } from '../../src/go/time.ts'
import type { ImageID } from '../../src/image/image.ts'
import { chainID, type DiffID } from '../../src/image/rootfs.ts'
import { allImages, getImage, parentOf } from '../../src/store/read.ts'
import { emptyStore, type ImageStore, withMissingLayers } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImages, setParent } from '../../src/store/write.ts'
import { fromBase64, type Replay, type Verdict } from './vector.ts'

/** Recordings of a real daemon (corpus/FORMAT.md): the fields that a replay uses. */
interface Scenario {
  readonly scenario: string
  readonly daemon: { readonly version: string }
  readonly ops: readonly Op[]
  readonly states: readonly State[]
  readonly probes: readonly Probe[]
  readonly configs: Readonly<Record<string, Record<string, unknown>>>
  readonly blobs: Readonly<Record<string, string>>
  readonly tars: Readonly<Record<string, string>>
}

interface State {
  readonly images: readonly string[]
  readonly parents: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

interface Op {
  readonly op: string
  readonly state_before: number
  readonly state_after: number
  readonly request: {
    readonly buildargs?: Readonly<Record<string, string | null>>
    readonly labels?: Readonly<Record<string, string>>
    readonly cachefrom?: readonly string[]
    readonly target?: string
    readonly nocache?: boolean
    readonly platform?: string
  }
  readonly dockerfile_path: string
  readonly dockerfile?: string
  readonly dockerfile_b64?: string
  readonly context_tar: string
  readonly client_error?: string
  readonly error: string | null
  readonly final_id?: string
  readonly steps: readonly {
    readonly n: number
    readonly m: number
    readonly text: string
    readonly id: string | null
  }[]
  readonly created?: readonly string[]
  readonly copy_from?: readonly {
    readonly image: string
    readonly files: readonly MountedFile[]
  }[]
}

interface MountedFile {
  readonly path: string
  readonly type: string
  readonly st_mode: string
  readonly uid: number
  readonly gid: number
  readonly uname: string
  readonly gname: string
  readonly content?: string
  readonly link?: string
}

interface Probe {
  readonly op: number
  readonly step: number
  readonly sub: number | null
  readonly probed: boolean
  readonly why?: string
  readonly hit?: boolean
  readonly result: string | null
  readonly became?: string | null
  readonly via?: string
  readonly cmd_logged?: string
  readonly config?: string
  readonly config_from?: string
  readonly tie?: readonly string[]
}

/** corpus: every build of the scenario, from the recorded state before it. One verdict a build. */
export const replayCorpus: Replay = async ({ json }) => {
  const scenario = json as unknown as Scenario
  const verdicts: Verdict[] = []
  for (const [index, op] of scenario.ops.entries()) {
    if (op.op !== 'build' || op.client_error !== undefined) continue
    verdicts.push({ name: `build ${index}`, differences: await replayBuild(scenario, op, index) })
  }
  return verdicts
}

async function replayBuild(scenario: Scenario, op: Op, index: number): Promise<string[]> {
  const shape = { ...docker17_03.shape, dockerVersion: scenario.daemon.version }
  const rules = { ...docker17_03, shape }
  const images = storeOf(scenario, scenario.states[op.state_before]!, rules.shape)
  const probes = scenario.probes.filter((probe) => probe.op === index)
  const request = await requestOf(scenario, op, probes)
  const [next, prediction] = buildClassic({ images }, { ...classic17_03, rules }, request)
  return [
    ...differentEnd(op, prediction),
    ...differentSteps(op, prediction),
    ...untilTie(probes, prediction).flatMap((probe) => differentProbe(scenario, probe, prediction)),
    ...(probes.some(({ tie }) => tie) ? [] : differentStore(scenario.states[op.state_after]!, next.images)),
  ]
}

function storeOf({ blobs }: Scenario, state: State, generation: typeof docker17_03.shape): ImageStore {
  let [store] = createImages(
    emptyStore({ generation }),
    state.images.map((id) => fromBase64(blobs[id]!)),
  )
  for (const [id, parent] of Object.entries(state.parents)) [store] = setParent(store, long(id)!, long(parent)!)
  for (const [name, id] of Object.entries(state.tags)) store = tagImage(store, name, long(id)!)
  return withMissingLayers(store, unknownStacks(store))
}

/** The stacks that a restoration could ask for and that no image of the daemon has: a parent's layers, and one more of any source. */
function unknownStacks(store: ImageStore): string[] {
  const stacks = allImages(store).map((id) => getImage(store, id).rootfs?.diffIDs ?? [])
  const prefixes = stacks.flatMap((stack) => stack.map((_, at) => stack.slice(0, at + 1)))
  const known = new Set(prefixes.map((stack) => stack.join()))
  const layers = [...new Set(stacks.flat())]
  const asked = [[], ...prefixes].flatMap((stack) => layers.map((layer) => [...stack, layer]))
  return asked.filter((stack) => !known.has(stack.join())).map((diffIDs) => chainID({ diffIDs })!)
}

async function requestOf(scenario: Scenario, op: Op, probes: readonly Probe[]): Promise<BuildRequest> {
  const { buildargs, labels, cachefrom, target, nocache, platform } = op.request
  const { context } = await readContext(gunzipSync(fromBase64(scenario.tars[op.context_tar]!)))
  const text = op.dockerfile_b64 === undefined ? op.dockerfile! : readGoString(fromBase64(op.dockerfile_b64))
  return {
    dockerfile: text,
    dockerfilePath: op.dockerfile_path,
    context,
    ...(buildargs && { buildArgs: buildargs }),
    ...(labels && { labels }),
    ...(cachefrom && { cacheFrom: cachefrom }),
    ...(target && { target }),
    ...(nocache && { noCache: nocache }),
    ...(platform && { platform }),
    registry: () => op.error?.replace(/^invalid from flag value [^ ]+: /, '') ?? undefined,
    run: ({ number, trigger }) =>
      recordedRun(
        scenario,
        op,
        probes.find((each) => each.step === number && (each.sub ?? undefined) === trigger),
      ),
    files: (image) => mountedFiles(op, image),
  }
}

/** What the recorded step gave: the facts of its image that only a run can know, or why it failed. */
function recordedRun({ blobs }: Scenario, op: Op, probe: Probe | undefined): StepRun {
  if (!probe?.became) return { outcome: 'error', text: op.error ?? 'not recorded' }
  const image = JSON.parse(Buffer.from(blobs[probe.became]!, 'base64').toString('utf8'))
  const { empty_layer } = image.history[image.history.length - 1]
  const diffID: DiffID | undefined = empty_layer ? undefined : image.rootfs.diff_ids.at(-1)
  return { outcome: 'ran', created: readTime(image.created), container: image.container ?? '', diffID }
}

function mountedFiles(op: Op, image: ImageID) {
  const listed = (op.copy_from ?? []).filter((each) => long(each.image) === image).flatMap(({ files }) => files)
  if (listed.length === 0) return undefined
  const files: Record<string, FileSpec> = {}
  for (const file of listed) files[file.type === 'dir' ? `${file.path}/` : file.path] = fileSpec(file)
  const users = Object.fromEntries(listed.map(({ uid, uname }) => [uid, uname]))
  const groups = Object.fromEntries(listed.map(({ gid, gname }) => [gid, gname]))
  return mountedTree(files satisfies Files, { modes: 'cli23', users, groups })
}

function fileSpec({ type, st_mode, uid, gid, content, link }: MountedFile): FileSpec {
  const types: Readonly<Record<string, ContextEntry['type']>> = { dir: 'directory' }
  return {
    type: types[type] ?? (type as ContextEntry['type']),
    mode: Number.parseInt(st_mode, 8) & 0o7777,
    uid,
    gid,
    ...(content !== undefined && { content: fromBase64(content) }),
    ...(link !== undefined && { link }),
  }
}

function differentEnd(op: Op, prediction: Omit<Prediction, 'engine'>): string[] {
  const error = prediction.error?.text ?? prediction.problems[0]?.text ?? null
  const panicked = prediction.error?.code === 'panic' && op.error === 'unexpected EOF'
  const found = panicked || error === op.error ? [] : [`error: recorded ${op.error}, replayed ${error}`]
  const tied = prediction.image === long(op.final_id ?? undefined)
  return op.error === null && !tied && !('nondeterministic' in op)
    ? [...found, `final image: recorded ${op.final_id}, replayed ${prediction.image}`]
    : found
}

function differentSteps(op: Op, { steps }: Pick<Prediction, 'steps'>): string[] {
  return op.steps.flatMap(({ n, m, text }) => {
    const step = steps.find(({ number, trigger }) => number === n && trigger === undefined)
    if (step === undefined) return [`step ${n}: recorded ${text}, not predicted`]
    const shown = replaceInvalid(`${step.of} : ${step.text}`)
    return shown === `${m} : ${text}` ? [] : [`step ${n}: recorded ${m} : ${text}, replayed ${shown}`]
  })
}

const VIA: Readonly<Record<string, string>> = {
  local: 'parent-chain',
  'cachefrom-restored': 'restored',
  'cachefrom-target': 'source',
}

/** Where a tie was broken otherwise than the daemon's map did, the rest of the build is another one. */
function untilTie(probes: readonly Probe[], { steps }: Pick<Prediction, 'steps'>): readonly Probe[] {
  const other = probes.findIndex((probe) => {
    const step = steps.find(({ number, trigger }) => number === probe.step && trigger === (probe.sub ?? undefined))
    return probe.tie !== undefined && step?.image !== long(probe.result)
  })
  return other < 0 ? probes : probes.slice(0, other + 1)
}

function differentProbe(scenario: Scenario, probe: Probe, { steps }: Pick<Prediction, 'steps'>): string[] {
  const sub = probe.sub ?? undefined
  const step = steps.find(({ number, trigger }) => number === probe.step && trigger === sub)
  const name = `step ${probe.step}${sub === undefined ? '' : `.${sub}`}`
  if (step === undefined) return [`${name}: probed, and not predicted`]
  const found: string[] = []
  const check = (what: string, recorded: unknown, replayed: unknown): void => {
    if (JSON.stringify(recorded) !== JSON.stringify(replayed))
      found.push(`${name} ${what}: recorded ${JSON.stringify(recorded)}, replayed ${JSON.stringify(replayed)}`)
  }
  // The files of a COPY --from that failed are not recorded, and nobody can know that it does.
  const unknowable = probe.why === 'error' && step.copied?.assumed === true
  if (!unknowable) check('status', recordedStatus(probe), step.status)
  if (probe.hit && probe.probed) check('via', VIA[probe.via!], step.via)
  const id = probe.hit ? probe.result : probe.became
  if (id && !probe.tie?.some((each) => long(each) === step.image)) check('image', long(id), step.image)
  if (probe.cmd_logged !== undefined) check('Cmd', probe.cmd_logged, replaceInvalid((step.config?.Cmd ?? []).join(' ')))
  const config = probe.config && scenario.configs[probe.config]
  if (config && (probe.config_from === 'ran' || probe.config_from === 'restored')) {
    // What ran is recorded after container creation has filled in the health check, which the images' bytes show already.
    const { Healthcheck, ...recorded } = config
    const { Healthcheck: ours, ...replayed } = step.config ?? {}
    check('config', normal(recorded), normal(replayed))
  }
  return found
}

function recordedStatus({ probed, why, hit }: Probe): PredictedStep['status'] {
  if (probed) return hit ? 'hit' : 'miss'
  return why === 'error' ? 'error' : 'not-probed'
}

/** As Go reads it: nil, empty text and false are absence. */
function normal(config: Readonly<Record<string, unknown>> | undefined): unknown {
  const entries = Object.entries(config ?? {}).filter(
    ([, value]) => value !== null && value !== undefined && value !== '' && value !== false,
  )
  return Object.fromEntries(
    entries.map(([key, value]) => [key, sorted(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== 0)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function differentStore(state: State, store: ImageStore): string[] {
  const recorded = new Set(state.images.map((id) => long(id)!))
  const replayed = new Set(allImages(store))
  const found: string[] = []
  for (const id of recorded) if (!replayed.has(id)) found.push(`image ${id} is not made`)
  for (const id of replayed) if (!recorded.has(id)) found.push(`image ${id} is made`)
  for (const id of replayed) {
    const parent = long(state.parents[id.slice(7)])
    if (recorded.has(id) && parentOf(store, id) !== parent)
      found.push(`parent of ${id}: recorded ${parent}, replayed ${parentOf(store, id)}`)
  }
  return found
}

function long(id: string | undefined | null): ImageID | undefined {
  return id ? (`sha256:${id}` as ImageID) : undefined
}
