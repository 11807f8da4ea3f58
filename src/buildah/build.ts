import { pathKey } from '../dockerfile/context.ts'
import { type Grammar, grammar20_10 } from '../dockerfile/grammar.ts'
import { isIgnored, parseDockerignore } from '../dockerfile/ignore.ts'
import type { PairsInstruction } from '../dockerfile/instruction.ts'
import { type Dockerfile, dockerfileOf, type Stage as ParsedStage } from '../dockerfile/parse.ts'
import { errorOf, type Prediction } from '../dockerfile/prediction.ts'
import { platformsOf } from '../dockerfile/request.ts'
import { treeOf } from '../dockerfile/tree.ts'
import { GoError, orGoError } from '../go/error.ts'
import { quote } from '../go/quote.ts'
import { declareArg, firstArgs, platformArgs } from './args.ts'
import type { SourceFiles } from './content.ts'
import { candidatesOf } from './images.ts'
import type { BuildahRequest, StateWithOrder } from './request.ts'
import { runStage } from './run-stage.ts'
import type { Build } from './running.ts'
import { expand, type Reading, type Stage } from './stage.ts'
import { neededStages } from './stages.ts'

/** The Dockerfiles of Buildah 1.28: no here-documents. */
export const grammarBuildah: Grammar = {
  ...grammar20_10,
  name: 'grammarBuildah',
  flags: { ...grammar20_10.flags, RUN: ['mount', 'network'] },
}

/**
 * What `buildah bud` would do (imagebuildah/stage_executor.go @ v1.28.2, rules 8): each needed stage in order, each step looked up among the images of the store until
 * one is not found. Steps are numbered as the classic builder counts them.
 */
export function buildBuildah<State extends StateWithOrder>(
  state: State,
  request: BuildahRequest,
): [next: State, prediction: Omit<Prediction, 'engine'>] {
  const dockerfile = dockerfileOf(request, grammarBuildah)
  const { problems } = dockerfile
  const nothing = { problems, warnings: [], unknownSources: [], stages: [], steps: [] }
  if (problems.length > 0) return [state, { outcome: 'unparsed', ...nothing }]
  const stages = withLabels(dockerfile.stages, request.labels ?? {})
  const begun = orGoError(() => begin(state, request, { ...dockerfile, stages }))
  if (begun instanceof GoError) return [state, { outcome: 'failed', error: errorOf(begun), ...nothing }]
  const [build, needed] = begun
  const end = orGoError(() => runStages(build, stages, needed, dockerfile.metaArgs))
  const order = build.candidates.map(({ id }) => id)
  const next = { ...state, images: build.images, buildah: { order } }
  const made = build.stages.flatMap(({ name, image }) => [{ name, image: image?.id }]) // those not needed are holes
  const known = { ...nothing, stages: made, steps: build.steps }
  if (end instanceof GoError) return [next, { ...known, outcome: 'failed', error: errorOf(end) }]
  return [next, { ...known, outcome: 'built', image: end?.image?.id }]
}

type Parsed = Pick<Dockerfile, 'stages' | 'metaArgs' | 'escape'>

function begin(state: StateWithOrder, request: BuildahRequest, dockerfile: Parsed): [Build, ReadonlySet<number>] {
  const { escape: token, stages, metaArgs } = dockerfile
  const reading: Reading = { escape: token, grammar: grammarBuildah }
  const { host, platform = host } = platformsOf(request)
  const predefined = platformArgs(host, platform)
  let args = firstArgs(request.buildArgs ?? {})
  for (const { key, value } of metaArgs.flatMap((instruction) => instruction.args))
    args = declareArg(args, key, value && expand(reading, pairsOf(args.values), value), predefined.get(key))
  const heading = new Map([...args.values].filter(([name]) => args.declared.has(name)))
  const bases = stages.map(({ from }) => expand(reading, pairsOf(heading), from.base))
  const of = metaArgs.length + stages.reduce((sum, { instructions }) => sum + 1 + instructions.length, 0)
  const { images } = state
  const candidates = candidatesOf(state)
  const context = contextOf(request)
  const build = {
    ...reading,
    request,
    context,
    heading,
    predefined,
    platform,
    bases,
    of,
    images,
    made: new Map(),
    candidates,
    steps: [],
    stages: [],
  }
  return [build, neededStages(stages, bases, request.target)]
}

const pairsOf = (values: ReadonlyMap<string, string>): string[] =>
  [...values].map(([name, value]) => `${name}=${value}`)

/** What .dockerignore excludes is not there, the Dockerfile and itself included. */
function contextOf({
  context: sent = { entries: [] },
  contentOf,
  dockerfilePath = 'Dockerfile',
}: BuildahRequest): SourceFiles {
  const ignore = parseDockerignore(sent.dockerignore ?? '')
  const isSent = (path: string): boolean =>
    !['.dockerignore', dockerfilePath].includes(path) || ignore.outcome === 'error' || !isIgnored(ignore.patterns, path)
  const entries = sent.entries.filter(({ path }) => isSent(pathKey(path)))
  const headers = new Map(entries.map((entry) => [pathKey(entry.path), entry]))
  const fileAt = (path: string) => {
    const header = headers.get(path)
    const content = header?.type === 'file' ? contentOf?.(path) : NOTHING
    return header && content && { header, content }
  }
  return { root: treeOf({ ...sent, entries }, dockerfilePath).root, fileAt, isContext: true }
}

const NOTHING = new Uint8Array()

/** All of `--label` is one LABEL at the end of the last stage. */
function withLabels(stages: readonly ParsedStage[], labels: Readonly<Record<string, string>>): readonly ParsedStage[] {
  const pairs = Object.entries(labels).map(([key, value]) => ({ key: quote(key), value: quote(value) }))
  if (pairs.length === 0) return stages
  const text = ['LABEL', ...pairs.map(({ key, value }) => `${key}=${value}`)].join(' ')
  const last = stages.at(-1)!
  const position = { line: 0, column: 0, endLine: 0 }
  const label: PairsInstruction = { kind: 'LABEL', text, pairs, position }
  return [...stages.slice(0, -1), { ...last, instructions: [...last.instructions, label] }]
}

function runStages(
  build: Build,
  stages: readonly ParsedStage[],
  needed: ReadonlySet<number>,
  metaArgs: Parsed['metaArgs'],
): Stage | undefined {
  let number = 0
  let last: Stage | undefined
  const { of } = build
  for (const { text, position } of metaArgs)
    build.steps.push({
      number: ++number,
      of,
      stage: undefined,
      instruction: 'ARG',
      text,
      position,
      status: 'not-cacheable',
    })
  for (const [index, stage] of stages.entries()) {
    if (needed.has(index)) {
      last = runStage(build, index, stage, number + 1)
      build.stages[index] = last
    }
    number += 1 + stage.instructions.length
  }
  return last
}
