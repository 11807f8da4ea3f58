import { cacheFrom, restartCache } from '../cache/cache.ts'
import { type Dockerfile, dockerfileOf, type Stage as ParsedStage } from '../dockerfile/parse.ts'
import { errorOf, type Prediction } from '../dockerfile/prediction.ts'
import { type BuildRequest, type BuildState, platformsOf } from '../dockerfile/request.ts'
import { type SourceTree, treeOf } from '../dockerfile/tree.ts'
import { expandWord } from '../dockerfile/words.ts'
import { GoError, orGoError } from '../go/error.ts'
import { compareText } from '../go/text.ts'
import type { ImageID } from '../image/image.ts'
import { allowedEnvironment, type BuildArgs, makeBuildArgs, unusedArgs, withMetaArg } from './build-args.ts'
import type { ClassicBuilder } from './builder.ts'
import { runStage } from './run-stage.ts'
import type { Build, StageToRun } from './running.ts'

/**
 * What the classic builder would do (moby builder/dockerfile/builder.go @ v20.10.24, spec 8.1): the context unpacked, the Dockerfile read, then each step in order, until the
 * end or the first error.
 */
export function buildClassic(
  state: BuildState,
  builder: ClassicBuilder,
  request: BuildRequest,
): [next: BuildState, prediction: Omit<Prediction, 'engine'>] {
  const dockerfile = dockerfileOf(request, builder.grammar)
  const warnings = dockerfile.warnings.map(({ text }) => text)
  const nothing = { problems: dockerfile.problems, warnings, unknownSources: [], stages: [], steps: [] }
  const context = treeOf(request.context ?? { entries: [] }, request.dockerfilePath)
  if (context.fault !== undefined) {
    const error = { code: 'context', text: context.fault } as const
    return [state, { outcome: 'failed', error, ...nothing, problems: [] }]
  }
  if (dockerfile.problems.length > 0) return [state, { outcome: 'unparsed', ...nothing }]
  const begun = orGoError(() => begin(state, builder, request, dockerfile, context))
  if (begun instanceof GoError) return [state, { outcome: 'failed', error: errorOf(begun), ...nothing }]
  const [build, stages, unknownSources] = begun
  const ended = orGoError(() => runStages(build, dockerfile, stages))
  const known = {
    ...nothing,
    unknownSources,
    steps: build.steps,
    stages: build.stages.map(({ undecided, ...stage }) => stage),
  }
  const next = { ...state, images: build.cache.store }
  if (ended instanceof GoError) return [next, { ...known, outcome: 'failed', error: errorOf(ended) }]
  const unused = unusedArgs(ended.args, request.buildArgs ?? {})
  if (unused.length > 0) warnings.push(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed`)
  return [next, { ...known, outcome: 'built', image: ended.image }]
}

function begin(
  state: BuildState,
  builder: ClassicBuilder,
  request: BuildRequest,
  dockerfile: Dockerfile,
  context: SourceTree,
) {
  const { host, platform } = platformsOf(request)
  const stages = withLabels(wantedStages(dockerfile.stages, request.target), request.labels ?? {})
  const [cache, unknownSources] = cacheFrom(state.images, request.cacheFrom ?? [], builder.rules)
  const of = dockerfile.metaArgs.length + stages.reduce((sum, { instructions }) => sum + 1 + instructions.length, 0)
  const build: Build = {
    builder,
    request,
    context,
    host,
    platform,
    escape: dockerfile.escape,
    of,
    number: 0,
    cache,
    missed: false,
    mounted: new Set(),
    steps: [],
    stages: [],
  }
  return [build, stages, unknownSources] as const
}

/** `--target` is a stage's name, in any case, and never its number. */
function wantedStages(stages: readonly ParsedStage[], target: string | undefined): readonly ParsedStage[] {
  if (!target) return stages
  const index = stages.findIndex(({ name }) => name !== '' && name === target.toLowerCase())
  if (index < 0) throw new GoError('stage', `failed to reach build target ${target} in Dockerfile`)
  return stages.slice(0, index + 1)
}

/** Each `--label` is a LABEL at the end of the last stage, whose words stay as they are (spec 8.8). */
function withLabels(stages: readonly ParsedStage[], labels: Readonly<Record<string, string>>): readonly StageToRun[] {
  const added = Object.keys(labels)
    .sort(compareText)
    .map((key) => ({
      kind: 'LABEL' as const,
      text: `LABEL ${key}=${labels[key]}`,
      pairs: [{ key, value: labels[key]! }],
      position: undefined,
    }))
  const last = stages[stages.length - 1]!
  return [...stages.slice(0, -1), { ...last, instructions: [...last.instructions, ...added] }]
}

function runStages(build: Build, { metaArgs }: Dockerfile, stages: readonly StageToRun[]) {
  let args = makeBuildArgs(build.request.buildArgs ?? {}, build.builder.proxies)
  for (const instruction of metaArgs) {
    build.number++
    const { text, position } = instruction
    const step = { number: build.number, of: build.of, stage: undefined, instruction: 'ARG', text, position }
    const declared = orGoError(() => declareMetaArgs(build, args, instruction.args))
    if (declared instanceof GoError) {
      build.steps.push({ ...step, status: 'error', error: errorOf(declared) })
      throw declared
    }
    build.steps.push({ ...step, status: 'not-cacheable' })
    args = declared
  }
  let image: ImageID | undefined
  for (const stage of stages) {
    if (build.stages.some(({ name }) => name !== '' && name === stage.name))
      throw new GoError('stage', `${stage.name} stage name already used`)
    restart(build)
    const ended = runStage(build, args, stage)
    args = { ...args, referenced: ended.args.referenced }
    image = ended.image
  }
  if (image === undefined) throw new GoError('no-image', 'No image was generated. Is your Dockerfile empty?')
  return { image, args }
}

function declareMetaArgs(
  build: Build,
  args: BuildArgs,
  declared: readonly { readonly key: string; readonly value?: string | undefined }[],
): BuildArgs {
  const environment = allowedEnvironment(args)
  const read = (word: string): string => {
    const expanded = expandWord(word, environment, build.escape, build.builder.grammar)
    if (expanded.outcome === 'error') throw new GoError('word', expanded.text)
    return expanded.word
  }
  return declared.reduce(
    (next, { key, value }) => withMetaArg(next, read(key), value === undefined ? undefined : read(value)),
    args,
  )
}

/** At each FROM the sources are resolved anew, and the misses of the stage before are forgotten (not so in 1.13). */
function restart(build: Build): void {
  if (build.number > 0) [build.cache] = restartCache(build.cache)
  if (build.builder.missLasts === 'stage') build.missed = false
}
