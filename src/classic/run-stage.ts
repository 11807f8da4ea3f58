import { probe } from '../cache/cache.ts'
import { commit } from '../cache/commit.ts'
import { parseTrigger } from '../dockerfile/parse.ts'
import { errorOf, type PredictedStep } from '../dockerfile/prediction.ts'
import { GoError, orGoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { quote } from '../go/quote.ts'
import type { Config } from '../image/config.ts'
import type { ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import { findImage } from '../store/read.ts'
import { mount, resolveBase, resolveFrom } from './base.ts'
import { type BuildArgs, forNextStage } from './build-args.ts'
import { type Created, createContainer } from './container.ts'
import { prepareCopy } from './copy.ts'
import { prepareMetadata, type StepInstruction } from './instructions.ts'
import type { Prepared } from './prepared.ts'
import { executedConfig } from './run.ts'
import type { Build, StageToRun } from './running.ts'
import { simulateStep } from './simulate.ts'
import { firstConfig, type Stage, stageWith } from './stage.ts'

/** FROM, the triggers of its base, then each instruction. Throws the GoError that ends the build, once its step is noted. */
export function runStage(build: Build, args: BuildArgs, { from, name, instructions }: StageToRun): Stage {
  build.number++
  const step = stepOf(build, from)
  const based = orGoError(() => resolveBase(build, args, from))
  if (based instanceof GoError) {
    build.steps.push({ ...step, status: 'error', error: errorOf(based) })
    throw based
  }
  build.steps.push({ ...step, status: 'not-cacheable', image: based.id })
  const { OnBuild, ...config } = firstConfig(based.image)
  const index = build.stages.length
  let stage: Stage = {
    index,
    name,
    image: based.id,
    config,
    author: '',
    cmdSet: false,
    args: forNextStage(args),
    escape: build.escape,
    grammar: build.builder.grammar,
    undecided: based.undecided,
  }
  for (const [trigger, text] of (OnBuild ?? []).entries()) stage = runTrigger(build, stage, trigger, text)
  for (const instruction of instructions) {
    build.number++
    stage = runStep(build, stage, instruction, stepOf(build, instruction))
  }
  build.stages.push({ name, base: based.id, image: stage.image, undecided: stage.undecided })
  return stage
}

type StepHead = Pick<PredictedStep, 'number' | 'of' | 'stage' | 'trigger' | 'instruction' | 'text' | 'position'>

function stepOf(build: Build, { kind, text, position }: StepInstruction): StepHead {
  const { number, of } = build
  return { number, of, stage: build.stages.length, instruction: kind, text, position }
}

/** A trigger is read as a Dockerfile of one line, whose escape character is the default one (spec 8.10). */
function runTrigger(build: Build, stage: Stage, trigger: number, text: string): Stage {
  const instruction = parseTrigger(text, build.builder.grammar)
  const { number, of } = build
  const head = { number, of, stage: stage.index, trigger }
  if (!('kind' in instruction)) {
    const error = new GoError('instruction', instruction.text)
    build.steps.push({ ...head, instruction: '', text, status: 'error', error: errorOf(error) })
    throw error
  }
  const { kind, text: shown } = instruction
  return runStep(build, stage, instruction, { ...head, instruction: kind, text: shown })
}

function runStep(build: Build, stage: Stage, instruction: StepInstruction, head: StepHead): Stage {
  const parent = stage.image
  const prepared = orGoError(() => prepare(build, stage, instruction))
  if (prepared instanceof GoError) return fail(build, { ...head, parent, status: 'error' }, prepared)
  const { config, copied } = prepared
  const found = lookUp(build, prepared)
  if (found instanceof GoError) return fail(build, { ...head, parent, config, copied, status: 'error' }, found)
  const { status, via } = found
  if (status === 'hit') {
    const { image } = found
    build.steps.push(stepWith(head, { parent, config, copied, status, via, image }))
    return stageWith(prepared.stage, { image })
  }
  const made = orGoError(() => execute(build, prepared, instruction, parent, head.trigger))
  if (made instanceof GoError) return fail(build, { ...head, parent, config, copied, status }, made)
  build.steps.push({ ...head, parent, config, copied, status, image: made.image })
  return stageWith(made, { undecided: found.undecided })
}

/** Written out: a spread of both would be the slowest line of a prediction. */
function stepWith(head: StepHead, answer: Omit<PredictedStep, keyof StepHead>): PredictedStep {
  const { number, of, stage, trigger, instruction, text, position } = head
  const { parent, config, copied, status, via, image } = answer
  return { number, of, stage, trigger, instruction, text, position, status, via, parent, image, config, copied }
}

/** Notes the step and ends the build. */
function fail(build: Build, step: PredictedStep, error: GoError): never {
  build.steps.push({ ...step, error: errorOf(error) })
  throw error
}

function prepare(build: Build, stage: Stage, instruction: StepInstruction): Prepared {
  const { builder, request, context } = build
  switch (instruction.kind) {
    case 'FROM':
      throw new GoError('instruction', 'FROM is not allowed here')
    case 'COPY':
    case 'ADD':
      return prepareCopy(builder, request, context, (name) => resolveFrom(build, name), stage, instruction)
    default:
      return prepareMetadata(builder, stage, instruction)
  }
}

type LookedUp =
  | { readonly status: 'hit'; readonly image: ImageID; readonly via: 'parent-chain' | 'source' | 'restored' }
  | { readonly status: 'miss' | 'not-probed' | 'depends-on-output'; readonly via?: never; readonly undecided: boolean }

/** moby's imageProber: after a miss nothing is asked (spec 8.2). */
function lookUp(build: Build, { stage, config, copied }: Prepared): LookedUp | GoError {
  if (build.request.noCache || build.missed) {
    const undecided = stage.undecided && !build.request.noCache
    return { status: undecided ? 'depends-on-output' : 'not-probed', undecided: stage.undecided }
  }
  const [next, result] = probe(build.cache, stage.image, { config, platform: platformOf(build) })
  build.cache = next
  if (result.outcome === 'error') return new GoError(result.code, result.text)
  if (result.outcome === 'hit') return { status: 'hit', image: result.image, via: result.via }
  build.missed = true
  const undecided = stage.undecided || copied?.assumed === true
  return { status: undecided ? 'depends-on-output' : 'miss', undecided }
}

function platformOf({ platform, host }: Build): Platform {
  return platform ?? host
}

/** The step runs, as far as the request says so, and its image is kept. */
function execute(
  build: Build,
  prepared: Prepared,
  instruction: StepInstruction,
  parent: ImageID | undefined,
  trigger: number | undefined,
): Stage {
  if (prepared.by === 'copy') mountDestination(build, parent)
  const parentImage = parent === undefined ? undefined : findImage(build.cache.store, parent)
  const createdBy = (prepared.config.Cmd ?? []).join(' ')
  const run = build.request.run ?? simulateStep
  const ran = run({
    number: build.number,
    trigger,
    instruction: instruction.kind,
    parent,
    parentCreated: parentImage?.created,
    createdBy,
  })
  if (ran.outcome === 'error') throw new GoError('executed', ran.text)
  const inContainer = prepared.by !== 'copy' || build.builder.everythingInContainers
  const container = inContainer ? (ran.container ?? '') : ''
  const made = inContainer ? containerOf(prepared, instruction, parentImage?.config, container) : undefined
  // A caller that says how steps run knows best whether this one did.
  if (made?.fault !== undefined && build.request.run === undefined) throw new GoError('container', made.fault)
  const containerConfig =
    made !== undefined && prepared.by !== 'run' ? storedConfig(build, made.config) : prepared.config
  const stage = afterCreation(build, prepared, containerConfig)
  const platform = prepared.by === 'copy' ? platformOf(build) : build.host
  const { created, diffID } = ran
  const [next, result] = commit(build.cache, {
    parent,
    config: { ...stage.config, Image: parent ?? '' },
    containerConfig,
    created,
    diffID,
    author: stage.author,
    container,
    platform,
  })
  build.cache = next
  if (result.outcome === 'error') throw new GoError(result.code, result.text)
  if (prepared.by === 'copy') build.mounted.add(result.image)
  return stageWith(stage, { image: result.image })
}

function mountDestination(build: Build, parent: ImageID | undefined): void {
  if (parent === undefined || build.builder.everythingInContainers) return
  const mounted = orGoError(() => mount(build, parent, build.platform))
  if (mounted instanceof GoError)
    throw new GoError(mounted.kind, `failed to get destination image ${quote(parent)}: ${mounted.message}`)
}

function containerOf(
  { stage, config }: Prepared,
  instruction: StepInstruction,
  image: Config | undefined,
  container: string,
): Created {
  return createContainer(instruction.kind === 'RUN' ? executedConfig(stage, instruction) : config, image, container)
}

/** A container's creation makes its working directory, and cleans the path in the config (moby's SetupWorkingDirectory). */
function storedConfig({ builder }: Build, made: Config): Config {
  if (!made.WorkingDir || builder.madeDirectory === 'as-written') return made
  return { ...made, WorkingDir: cleanPath(made.WorkingDir) }
}

/** The health check is one object, shared with the step's: what creation fills in stays in the stage (spec 8.7.1). In 1.13 the whole config is. */
function afterCreation({ builder }: Build, { stage, by }: Prepared, { Cmd: _, ...made }: Config): Stage {
  if (by === 'run') return stage
  if (builder.everythingInContainers) return { ...stage, config: { ...made, Cmd: stage.config.Cmd } }
  return by === 'container' ? { ...stage, config: { ...stage.config, Healthcheck: made.Healthcheck } } : stage
}
