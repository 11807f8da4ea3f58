import type { FromInstruction, Instruction } from '../dockerfile/instruction.ts'
import { type Dockerfile, parseTrigger } from '../dockerfile/parse.ts'
import { platformsOf } from '../dockerfile/request.ts'
import { GoError, orGoError } from '../go/error.ts'
import { parsePlatform } from '../image/parse-platform.ts'
import { normalPlatform } from '../image/platform.ts'
import { type BuildArg, globalArgs, wordsOf } from './args.ts'
import { type Conversion, imageBase, type Row } from './conversion.ts'
import { dispatch } from './dispatch.ts'
import { emptyGraph } from './graph.ts'
import { plan } from './plan.ts'
import type { BuildkitBuilder, BuildkitRequest, StateWithKeys } from './request.ts'
import { beginStage, expand, type Reading, type Stage } from './stage.ts'

/** Throws the GoError that ends the build, once its row is noted. */
export function convert(
  state: StateWithKeys,
  builder: BuildkitBuilder,
  request: BuildkitRequest,
  dockerfile: Dockerfile,
  rows: Row[],
): Conversion {
  const reading: Reading = { escape: dockerfile.escape, grammar: builder.grammar }
  const { host, platform: asked = host } = platformsOf(request)
  const platform = normalPlatform(asked)
  const args = globalArgs(reading, dockerfile, request.buildArgs ?? {}, host, platform)
  const names = dockerfile.stages.map(({ from }) => baseName(reading, args, from))
  const conversion: Conversion = {
    ...reading,
    builder,
    request,
    state,
    dockerfile,
    plan: plan(dockerfile, names, request.target),
    platform,
    args,
    graph: emptyGraph(),
    rows,
    stages: [],
    bases: [],
    images: new Map(),
    contextPaths: new Set(),
  }
  let number = 0
  const of = dockerfile.stages.reduce(
    (sum, { instructions }) => sum + 1 + instructions.length,
    dockerfile.metaArgs.length,
  )
  for (const { text, position } of dockerfile.metaArgs)
    rows.push({ number: ++number, of, stage: undefined, instruction: 'ARG', text, position })
  for (const [index, { instructions }] of dockerfile.stages.entries()) {
    if (conversion.plan.needed.has(index)) conversion.stages[index] = runStage(conversion, index, number + 1, of)
    number += 1 + instructions.length
  }
  return conversion
}

function baseName(reading: Reading, args: readonly BuildArg[], { base }: FromInstruction): string {
  const name = expand(reading, wordsOf(args), base)
  if (name === '') throw new GoError('base', `base name (${base}) should not be blank`)
  return name
}

function runStage(conversion: Conversion, index: number, first: number, of: number): Stage {
  const { from, instructions } = conversion.dockerfile.stages[index]!
  const head = { number: first, of, stage: index, instruction: 'FROM', text: from.text, position: from.position }
  const begun = orGoError(() => firstStage(conversion, index, from))
  if (begun instanceof GoError) return fail(conversion, head, begun)
  const base = conversion.bases[index]
  conversion.rows.push({ ...head, ...(base && { image: base.id, vertex: base.vertex }) })
  let stage = beginStage(begun)
  const { OnBuild, ...config } = stage.config
  stage = { ...stage, config }
  for (const [trigger, text] of (OnBuild ?? []).entries()) {
    const read = parseTrigger(text, conversion.grammar)
    if (!('kind' in read))
      return fail(conversion, { ...head, trigger, instruction: '', text }, new GoError('instruction', read.text))
    stage = step(conversion, stage, read, {
      number: first,
      of,
      stage: index,
      trigger,
      instruction: read.kind,
      text: read.text,
    })
  }
  for (const [at, instruction] of instructions.entries()) {
    const { kind, text, position } = instruction
    stage = step(conversion, stage, instruction, {
      number: first + 1 + at,
      of,
      stage: index,
      instruction: kind,
      text,
      position,
    })
  }
  return stage
}

function fail(conversion: Conversion, row: Row, error: GoError): never {
  conversion.rows.push({ ...row, error })
  throw error
}

function step(conversion: Conversion, stage: Stage, instruction: Instruction, row: Row): Stage {
  const made = orGoError(() => dispatch(conversion, stage, instruction))
  if (made instanceof GoError) return fail(conversion, row, made)
  const [next, vertex] = made
  conversion.rows.push({ ...row, ...(vertex !== undefined && { vertex }) })
  return next
}

function firstStage(conversion: Conversion, index: number, from: FromInstruction): Stage {
  const { plan, stages, platform: target } = conversion
  const parent = plan.bases[index]
  if (typeof parent === 'number') return { ...stages[parent]!, index }
  const platform = from.platform
    ? normalPlatform(parsePlatform(expand(conversion, wordsOf(conversion.args), from.platform), conversion.platform))
    : target
  const empty = { index, output: undefined, env: [], directory: '', user: '', config: {}, platform }
  if (parent === undefined || parent === 'scratch') return empty
  const base = imageBase(conversion, parent, from.text)
  conversion.bases[index] = base
  return { ...empty, output: base.vertex, config: base.image.config ?? {} }
}
