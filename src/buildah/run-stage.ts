import { digestOf } from '../digest/digest.ts'
import { DEFAULT_PATH } from '../dockerfile/defaults.ts'
import type { Instruction } from '../dockerfile/instruction.ts'
import { type Stage as ParsedStage, parseTrigger } from '../dockerfile/parse.ts'
import { errorOf, type PredictedStep } from '../dockerfile/prediction.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import { GoError, orGoError } from '../go/error.ts'
import { writeGoString } from '../go/text.ts'
import { firstArgs } from './args.ts'
import { type Candidate, commitImage, findChild } from './images.ts'
import { imageNamed, type Prepared, prepare } from './prepare.ts'
import type { StepExecuted, StepToExecute } from './request.ts'
import type { Build } from './running.ts'
import { environmentOf, type Stage } from './stage.ts'

type Head = Pick<PredictedStep, 'number' | 'of' | 'stage' | 'trigger' | 'instruction' | 'text' | 'position'>

/** FROM, the triggers of its base, then each instruction. Throws the GoError that ends the build, once its step is noted. */
export function runStage(build: Build, index: number, { from, name, instructions }: ParsedStage, first: number): Stage {
  const head: Head = {
    number: first,
    of: build.of,
    stage: index,
    instruction: 'FROM',
    text: from.text,
    position: from.position,
  }
  const begun = orGoError(() => begin(build, index, name))
  if (begun instanceof GoError) return fail(build, head, begun)
  build.steps.push({ ...head, status: 'not-cacheable', ...(begun.image && { image: begun.image.id }) })
  const { OnBuild, ...config } = begun.config
  let stage: Stage = { ...begun, config }
  const triggers = OnBuild ?? []
  for (const [trigger, text] of triggers.entries()) {
    const isLast = instructions.length === 0 && trigger === triggers.length - 1
    const row = { ...head, trigger, instruction: '', text }
    const read = parseTrigger(text, build.grammar)
    if (!('kind' in read)) return fail(build, row, new GoError('instruction', read.text))
    stage = runStep(build, stage, read, { ...row, instruction: read.kind, text: read.text }, 2 + trigger, isLast)
  }
  const before = 2 + triggers.length
  for (const [at, instruction] of instructions.entries()) {
    const { kind, text, position } = instruction
    const isLast = at === instructions.length - 1
    const row = {
      number: first + 1 + at,
      of: build.of,
      stage: index,
      instruction: kind,
      text,
      ...(position.line > 0 && { position }),
    }
    stage = runStep(build, stage, instruction, row, before + at, isLast)
  }
  return stage
}

function fail(build: Build, head: Head, error: GoError, found: Partial<PredictedStep> = {}): never {
  build.steps.push({ ...head, status: 'error', ...found, error: errorOf(error) })
  throw error
}

function begin(build: Build, index: number, name: string): Stage {
  const base = build.bases[index]!
  const parent = build.stages.findLast((stage) => stage?.name !== '' && stage?.name === base.toLowerCase())
  const { noCache, layers, buildArgs = {}, files } = build.request
  const looking = layers !== false && noCache !== true
  const fresh = { index, name, looking, own: new Map(), args: firstArgs(buildArgs), pending: [] }
  if (parent !== undefined) return { ...parent, ...fresh }
  const image = base === 'scratch' ? undefined : imageNamed(build, base)
  const config = image?.image.config ?? {}
  const Env = (config.Env ?? []).some((entry) => entry.startsWith('PATH='))
    ? config.Env
    : [...(config.Env ?? []), DEFAULT_PATH]
  const tree = image === undefined ? undefined : files?.(image.id)
  return { ...fresh, image, maybe: [], dependsOn: undefined, config: { ...config, Env }, files: tree }
}

const ADDS_LAYER: readonly string[] = ['RUN', 'COPY', 'ADD']

function runStep(
  build: Build,
  stage: Stage,
  instruction: Instruction,
  head: Head,
  place: number,
  isLast: boolean,
): Stage {
  const parent = stage.image
  const row = { ...head, ...(parent && { parent: parent.id }) }
  const prepared = orGoError(() => prepare(build, stage, instruction))
  if (prepared instanceof GoError) return fail(build, row, prepared)
  const found = lookUp(build, stage, prepared, instruction.kind, head.number)
  const { createdBy = found.createdBy, copy, from } = prepared
  const copied = copy && {
    sources: copy.sources,
    destination: copy.destination,
    hash: copy.summary ?? '',
    assumed: copy.summary === undefined,
  }
  const told = { ...row, createdBy, ...(copied && { copied }) }
  if (found.hit !== undefined) {
    build.steps.push({ ...told, status: 'hit', via: 'parent-chain', image: found.hit.id })
    return {
      ...prepared.stage,
      image: found.hit,
      files: build.made.get(found.hit.id) ?? build.request.files?.(found.hit.id),
    }
  }
  const step = stepToExecute(prepared, instruction, head, { createdBy, place, from })
  const ran = (build.request.runStep ?? simulate)(step)
  const { status, dependsOn } = found
  const shown = { status, ...(dependsOn !== undefined && { dependsOn }) }
  if (ran.outcome === 'error') return fail(build, told, new GoError('executed', ran.text), shown)
  const next = { ...prepared.stage, looking: false, maybe: found.maybe, dependsOn: found.dependsOn, files: ran.files }
  const made = commitStep(build, next, step, ran, isLast)
  build.steps.push({ ...told, ...shown, ...(made.image !== parent && { image: made.image!.id }) })
  return made
}

interface LookedUp {
  readonly status: PredictedStep['status']
  readonly createdBy: string
  readonly hit?: Candidate
  readonly maybe: readonly Candidate[]
  readonly dependsOn: number | undefined
}

function lookUp(build: Build, stage: Stage, { createdBy, ends }: Prepared, kind: string, number: number): LookedUp {
  const { cacheTTL, now } = build.request
  const since = cacheTTL !== undefined && now !== undefined ? now.seconds + now.nanos / 1e9 - cacheTTL : undefined
  const addsLayer = ADDS_LAYER.includes(kind)
  const texts = createdBy === undefined ? textsBetween(build.candidates, ends!) : [createdBy]
  const children = (parent: Candidate | undefined): Candidate[] =>
    texts.flatMap(
      (text) => findChild(build.candidates, { parent: parent?.image, createdBy: text, addsLayer, since }) ?? [],
    )
  const text = createdBy ?? ends!.join(`unknown:${number}`)
  const own = stage.looking ? children(stage.image) : []
  if (own[0] !== undefined && createdBy !== undefined)
    return { status: 'hit', createdBy, hit: own[0], maybe: [], dependsOn: undefined }
  const maybe = [...own, ...stage.maybe.flatMap(children)]
  if (maybe.length > 0)
    return { status: 'depends-on-output', createdBy: text, maybe, dependsOn: stage.dependsOn ?? number }
  return { status: stage.looking ? 'miss' : 'not-probed', createdBy: text, maybe, dependsOn: undefined }
}

/** What the summary of unknown files may turn out to be. */
function textsBetween(candidates: readonly Candidate[], [start, end]: readonly [string, string]): readonly string[] {
  const all = candidates.map(({ image }) => image.history?.at(-1)?.createdBy ?? '')
  return [...new Set(all.filter((text) => text.startsWith(start) && text.endsWith(end)))]
}

function stepToExecute(
  { stage, copy }: Prepared,
  { kind, text }: Instruction,
  head: Head,
  { createdBy, place, from }: { createdBy: string; place: number; from: SourceTree | undefined },
): StepToExecute {
  return {
    stage: head.stage!,
    number: place,
    instruction: kind,
    text,
    createdBy,
    parent: stage.image?.id,
    parentCreated: stage.image?.image.created,
    files: stage.files,
    env: environmentOf(stage),
    directory: stage.config.WorkingDir || '/',
    ...(copy && { copied: { sources: copy.sources, destination: copy.destination, from } }),
  }
}

/** A step as it runs where nothing runs: one second after its parent, its layer named by what it does. */
function simulate({ parent, parentCreated, createdBy, instruction }: StepToExecute): StepExecuted {
  const created = { seconds: (parentCreated?.seconds ?? 0) + 1, nanos: 0, zone: 'Z' } as const
  const diffID = digestOf<'diff'>(writeGoString(['layerfold', parent ?? '', createdBy].join('\0')))
  return { outcome: 'ran', created, ...(ADDS_LAYER.includes(instruction) && { diffID }) }
}

/** With `--layers` each step gives an image; without, the last one of the stage does, and the others are empty entries of its history. */
function commitStep(
  build: Build,
  stage: Stage,
  { createdBy, instruction }: StepToExecute,
  { created, diffID }: Extract<StepExecuted, { readonly outcome: 'ran' }>,
  isLast: boolean,
): Stage {
  const isLayered = build.request.layers !== false
  if (!isLayered && !isLast) return { ...stage, pending: [...stage.pending, createdBy] }
  const comment = `FROM ${stage.image?.id.slice('sha256:'.length, 19) ?? 'scratch'}`
  const steps = [
    ...stage.pending.map((text) => ({ createdBy: text, comment: '', created, emptyLayer: true })),
    { createdBy, comment, created, emptyLayer: isLayered && !ADDS_LAYER.includes(instruction) },
  ]
  const [images, made] = commitImage(build.images, stage.image?.image, stage.config, steps, diffID)
  build.images = images
  if (!build.candidates.some(({ id }) => id === made.id)) build.candidates = [...build.candidates, made]
  if (stage.files !== undefined) build.made.set(made.id, stage.files)
  return { ...stage, image: made, pending: [] }
}
