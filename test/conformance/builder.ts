import { buildClassic } from '../../src/classic/build.ts'
import { classic17_03 } from '../../src/classic/engines.ts'
import { sha256Hex } from '../../src/digest/sha256.ts'
import { contextOf, type FileSpec } from '../../src/dockerfile/context.ts'
import type { PredictedStep } from '../../src/dockerfile/prediction.ts'
import type { BuildRequest, StepRun, StepToRun } from '../../src/dockerfile/request.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import type { ImageID } from '../../src/image/image.ts'
import type { DiffID } from '../../src/image/rootfs.ts'
import { findImage } from '../../src/store/read.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'
import { differences, type Replay, type Verdict } from './vector.ts'

/** Recordings of moby's builder over a mock backend: each Dockerfile built cold, then warm. */
interface Case {
  readonly name: string
  readonly base: Readonly<Record<string, object>>
  readonly input: {
    readonly dockerfile: string
    readonly files?: Readonly<Record<string, string>> | null
    readonly options?: {
      readonly BuildArgs?: Readonly<Record<string, string | null>>
      readonly Labels?: Readonly<Record<string, string>>
      readonly Target?: string
      readonly CacheFrom?: readonly string[] | null
      readonly NoCache?: boolean
      readonly Platform?: string
    } | null
  }
  readonly first: Recorded
  readonly second: Recorded
}

interface Recorded {
  readonly steps: readonly Record<string, unknown>[]
  readonly probes: readonly { readonly parent: string; readonly hit: string | null; readonly config: Json }[]
  readonly error?: string
}

type Json = Readonly<Record<string, unknown>>

/** The mock of the recording merges configs as a daemon does, and makes no directories. */
const BUILDER = { ...classic17_03, madeDirectory: 'as-written' } as const

/** builder-vectors: two verdicts a case. */
export const replayBuilder: Replay = ({ json }) => (json['cases'] as Case[]).flatMap(replayCase)

function replayCase(recorded: Case): Verdict[] {
  const names = new Map<string, string>()
  const store = baseStore(recorded, names)
  const [images, cold] = replayOne(recorded, recorded.first, store, names, 0)
  const [, warm] = replayOne(recorded, recorded.second, images, names, 1)
  return [
    { name: `${recorded.name}, cold`, differences: cold },
    { name: `${recorded.name}, warm`, differences: warm },
  ]
}

function baseStore({ base }: Case, names: Map<string, string>): ImageStore {
  let store = emptyStore({ generation: classic17_03.rules.shape })
  for (const [name, document] of Object.entries(base)) {
    const [next, made] = createImage(store, new TextEncoder().encode(JSON.stringify(document)))
    if (made.outcome === 'error') throw new Error(made.text)
    store = tagImage(next, name, made.id)
    names.set(made.id, `base:${name}`)
  }
  return store
}

function replayOne(
  recorded: Case,
  build: Recorded,
  images: ImageStore,
  names: Map<string, string>,
  number: number,
): [ImageStore, string[]] {
  const runs: StepToRun[] = []
  const request = requestOf(recorded, (step) => {
    runs.push(step)
    return runs.length > build.steps.length && build.error
      ? { outcome: 'error', text: build.error }
      : mockRun(step, number, runs.length)
  })
  const [next, prediction] = buildClassic({ images }, BUILDER, request)
  const made = prediction.steps.filter(({ status, image }) => image && status !== 'hit' && status !== 'not-cacheable')
  made.forEach(({ image }, index) => {
    names.set(image!, `build${number}:step${index + 1}`)
  })
  const probed = prediction.steps.filter(({ status }) => status === 'hit' || status === 'miss')
  const error = prediction.error?.text ?? prediction.problems[0]?.text
  return [
    next.images,
    [
      ...differences({ error: build.error }, { error }),
      ...differences(
        { steps: build.steps.length, probes: build.probes.length },
        { steps: made.length, probes: probed.length },
      ),
      ...build.steps.flatMap((step, at) => (made[at] ? differentStep(step, made[at], next.images, names, at) : [])),
      ...build.probes.flatMap((probe, at) => (probed[at] ? differentProbe(probe, probed[at], names, at) : [])),
    ],
  ]
}

const MOUNTED = mountedTree({ f1: 'f1', 'dir/sub/x': 'x' }, { modes: 'cli23' })

function requestOf({ input }: Case, run: (step: StepToRun) => StepRun): BuildRequest {
  const { BuildArgs, Labels, Target, CacheFrom, NoCache, Platform } = input.options ?? {}
  const files: Record<string, FileSpec> = {}
  for (const [path, value] of Object.entries(input.files ?? {}))
    files[path] = value.startsWith('->') ? { link: value.slice(2) } : value
  return {
    dockerfile: input.dockerfile,
    context: contextOf({ Dockerfile: input.dockerfile, ...files }, { modes: 'cli23', dockerignore: false }),
    ...(BuildArgs && { buildArgs: BuildArgs }),
    ...(Labels && { labels: Labels }),
    ...(Target && { target: Target }),
    ...(CacheFrom && { cacheFrom: CacheFrom }),
    ...(NoCache && { noCache: NoCache }),
    ...(Platform && { platform: Platform }),
    run,
    files: () => MOUNTED,
    registry: (name) => `No such image: ${name}`,
  }
}

/** The mock: a RUN with `true` in it, and what is neither RUN nor COPY nor ADD, makes no layer. */
function mockRun({ instruction, createdBy }: StepToRun, build: number, at: number): StepRun {
  const layer =
    instruction === 'COPY' || instruction === 'ADD' || (instruction === 'RUN' && !createdBy.includes('true'))
  const name = sha256Hex(new TextEncoder().encode(`${build} ${at}`))
  const created = { seconds: 1_600_000_000 + build * 1000 + at, nanos: 0, zone: 'Z' } as const
  return { outcome: 'ran', created, container: name, ...(layer && { diffID: `sha256:${name}` as DiffID }) }
}

function differentStep(
  recorded: Json,
  step: PredictedStep,
  store: ImageStore,
  names: ReadonlyMap<string, string>,
  at: number,
): string[] {
  const image = findImage(store, step.image!)!
  const { createdBy, emptyLayer } = image.history!.at(-1)!
  const { config, container_config, via, created_by, empty_layer } = recorded
  const inContainer = image.container !== ''
  return differences(
    {
      via,
      created_by,
      empty_layer: empty_layer ?? false,
      config: normal(config, names),
      container_config: normal(container_config, names),
    },
    {
      via: inContainer ? 'container' : 'export',
      created_by: createdBy,
      empty_layer: emptyLayer,
      config: normal(image.config, names),
      container_config: normal(image.containerConfig, names, image.container),
    },
  ).map((text) => `step ${at + 1}: ${text}`)
}

function differentProbe(
  recorded: Recorded['probes'][number],
  step: PredictedStep,
  names: ReadonlyMap<string, string>,
  at: number,
): string[] {
  return differences(
    { ...recorded, config: normal(recorded.config, names) },
    {
      parent: names.get(step.parent ?? '') ?? '',
      hit: step.status === 'hit' ? names.get(step.image!) : null,
      config: normal(step.config, names),
    },
  ).map((text) => `probe ${at + 1}: ${text}`)
}

/** Names instead of ids, and no nil, empty text, false or zero: the recording writes these out. */
function normal(value: unknown, names: ReadonlyMap<string, string>, container = ''): unknown {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return value
  const known = Object.entries(value).filter(
    ([, each]) => each !== null && each !== undefined && each !== '' && each !== false && each !== 0,
  )
  return Object.fromEntries(
    known
      .map(([key, each]): [string, unknown] => {
        if (key === 'Image') return [key, names.get(each as ImageID) ?? each]
        if (key === 'Hostname') return [key, each === container.slice(0, 12) ? '<container-id[:12]>' : each]
        return [key, normal(each, names)]
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
