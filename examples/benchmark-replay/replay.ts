import {
  allTags,
  createImage,
  emptyStore,
  findRawImage,
  findTagged,
  heads,
  type ImageStore,
  parentOf,
  removeImage,
  tagImage,
  untagImage,
} from 'layerfold'
import { contextOf } from 'layerfold/dockerfile'
import {
  type EngineName,
  type PredictedStep,
  predict,
  type StepRun,
  type StepToRun,
  simulateStep,
} from 'layerfold/predict'
import type { Build } from './history.ts'

/** How a builder keeps and names what it built. */
export interface Policy {
  readonly name: string
  /** `kept`: one builder with its images. `fresh`: every build starts with the base, and pulls what `--cache-from` names. */
  readonly builder: 'kept' | 'fresh'
  /** The `--cache-from` of a build, in this order. */
  readonly sources: (branch: string) => readonly string[]
  /** Every so many builds, what no tag leads to is removed. */
  readonly pruneEvery?: number
  /** Tags that no build has set for so many builds are removed. */
  readonly tagsLive?: number
  /** Each build has a tag of its own too. */
  readonly tagRevisions?: boolean
}

const none = (): readonly string[] => []

export const policies: readonly Policy[] = [
  { name: 'kept builder', builder: 'kept', sources: none },
  { name: 'kept, pruned every 10 builds', builder: 'kept', sources: none, pruneEvery: 10 },
  {
    name: 'kept, each revision tagged for 30 builds',
    builder: 'kept',
    sources: none,
    tagRevisions: true,
    tagsLive: 30,
    pruneEvery: 1,
  },
  { name: 'kept, --cache-from its branch', builder: 'kept', sources: (branch) => [`app:${branch}`] },
  { name: 'fresh, --cache-from main', builder: 'fresh', sources: () => ['app:main'] },
  { name: 'fresh, --cache-from its branch', builder: 'fresh', sources: (branch) => [`app:${branch}`] },
  {
    name: 'fresh, its branch, then main',
    builder: 'fresh',
    sources: (branch) => [...new Set([`app:${branch}`, 'app:main'])],
  },
  {
    name: 'fresh, main, then its branch',
    builder: 'fresh',
    sources: (branch) => [...new Set(['app:main', `app:${branch}`])],
  },
]

export interface Result {
  readonly policy: string
  readonly engine: EngineName
  readonly builds: number
  /** Of all builds, FROM not counted. */
  readonly steps: number
  readonly hits: number
  readonly rerun: number
  readonly images: number
  /** The share of hits so far, after each build. */
  readonly rate: readonly number[]
}

/** What is told of each build: its `--cache-from`, its steps, and the images when it has ended. */
export type OnBuild = (sources: readonly string[], steps: readonly PredictedStep[], images: ImageStore) => void

/** Replays the history under one policy and one rule set. Nothing but the arguments counts. */
export function replay(history: readonly Build[], policy: Policy, engine: EngineName, onBuild: OnBuild): Result {
  let images = withBase()
  let [steps, hits] = [0, 0]
  const lastSet = new Map<string, number>()
  const rate: number[] = []
  for (const [number, build] of history.entries()) {
    const sources = policy.sources(build.branch)
    const start = policy.builder === 'kept' ? images : pulled(images, sources)
    const [next, { steps: predicted, image }] = predict(
      { images: start },
      {
        engine,
        dockerfile: build.dockerfile,
        context: contextOf({ Dockerfile: build.dockerfile, ...build.files }),
        buildArgs: { REVISION: build.revision },
        cacheFrom: sources,
        run: (step) => ranAt(step, build.at),
      },
    )
    const asked = predicted.filter(({ status }) => status !== 'not-cacheable')
    steps += asked.length
    hits += asked.filter(({ status }) => status === 'hit').length
    rate.push(hits / steps)
    const tags = [`app:${build.branch}`, ...(policy.tagRevisions ? [`app:${build.revision}`] : [])]
    for (const tag of tags) lastSet.set(tag, number)
    if (image !== undefined)
      images = policy.builder === 'kept' ? tagged(next.images, tags, image) : pushed(images, next.images, tags, image)
    images = cleaned(images, policy, number, lastSet)
    onBuild(sources, predicted, next.images)
  }
  return {
    policy: policy.name,
    engine,
    builds: history.length,
    steps,
    hits,
    rerun: steps - hits,
    images: images.size,
    rate,
  }
}

function withBase(): ImageStore {
  const config = { Env: ['PATH=/usr/bin:/bin'], Cmd: ['sh'] }
  const raw = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config,
    container_config: config,
    created: '2023-11-01T00:00:00Z',
    history: [{ created: '2023-11-01T00:00:00Z', created_by: '/bin/sh -c #(nop) ADD file:base in / ' }],
    rootfs: { type: 'layers', diff_ids: [`sha256:${'b'.repeat(64)}`] },
  })
  const [store, result] = createImage(emptyStore(), new TextEncoder().encode(raw))
  if (result.outcome === 'error') throw new Error(result.text)
  return tagImage(store, 'base:1', result.id)
}

function ranAt(step: StepToRun, seconds: number): StepRun {
  const run = simulateStep(step)
  return run.outcome === 'ran' ? { ...run, created: { seconds: seconds + step.number, nanos: 0, zone: 'Z' } } : run
}

/** What a fresh builder has: the base, and the images that it could pull: their configs, and no parents. */
function pulled(registry: ImageStore, sources: readonly string[]): ImageStore {
  let store = withBase()
  for (const source of sources) {
    const id = findTagged(registry, source)
    if (id !== undefined) store = tagged(createImage(store, findRawImage(registry, id)!)[0], [source], id)
  }
  return store
}

type ID = NonNullable<ReturnType<typeof findTagged>>

function pushed(registry: ImageStore, built: ImageStore, tags: readonly string[], id: ID): ImageStore {
  return tagged(createImage(registry, findRawImage(built, id)!)[0], tags, id)
}

function tagged(store: ImageStore, tags: readonly string[], id: ID): ImageStore {
  return tags.reduce((next, tag) => tagImage(next, tag, id), store)
}

function cleaned(
  store: ImageStore,
  { tagsLive, pruneEvery }: Policy,
  number: number,
  lastSet: ReadonlyMap<string, number>,
): ImageStore {
  let next = store
  for (const [tag, set] of tagsLive === undefined ? [] : lastSet)
    if (number - set > tagsLive!) next = untagImage(next, tag)
  return pruneEvery !== undefined && number % pruneEvery === pruneEvery - 1 ? pruned(next) : next
}

/** Without the images that no tag leads to, the youngest first. */
function pruned(store: ImageStore): ImageStore {
  const kept = new Set<string>()
  for (const { id } of allTags(store)) {
    for (let at: string | undefined = id; at !== undefined && !kept.has(at); at = parentOf(store, at)) kept.add(at)
  }
  let next = store
  for (;;) {
    const loose = heads(next).filter((id) => !kept.has(id))
    if (loose.length === 0) return next
    for (const id of loose) next = removeImage(next, id)[0]
  }
}
