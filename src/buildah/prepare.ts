import type { CopyInstruction, Instruction } from '../dockerfile/instruction.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import { GoError } from '../go/error.ts'
import { getImage } from '../store/read.ts'
import { resolveImage } from '../store/resolve.ts'
import { argNames, argsOfRun, declareArg } from './args.ts'
import type { Builder, SourceFiles } from './content.ts'
import { type PreparedCopy, prepareCopy } from './copy.ts'
import type { Candidate } from './images.ts'
import type { Build } from './running.ts'
import { environmentOf, expand, fromDirectory, type Stage, withVariable } from './stage.ts'

const ROOT: Builder = { uid: 0, gid: 0, user: 'root', group: 'root' }

/** An image of the store. Throws a `base` GoError where there is none. */
export function imageNamed({ images, request }: Build, name: string): Candidate {
  const found = resolveImage(images, name)
  if (found.outcome === 'error') throw new GoError('base', request.registry?.(name) ?? found.text)
  return { id: found.id, image: getImage(images, found.id) }
}

/** A step that is ready to be looked up. */
export interface Prepared {
  readonly stage: Stage
  /** `undefined`: it depends on files that nobody here knows; then any text between these ends may be meant. */
  readonly createdBy: string | undefined
  readonly ends?: readonly [string, string]
  readonly copy?: PreparedCopy
  readonly from?: SourceTree | undefined
}

const NOP = '/bin/sh -c #(nop) '

/** Throws a GoError where Buildah fails. */
export function prepare(build: Build, stage: Stage, instruction: Instruction): Prepared {
  const read = (word: string): string => expand(build, environmentOf(stage), word)
  switch (instruction.kind) {
    case 'RUN':
      return { stage, createdBy: `${argsOfRun(stage.args, stage.own)}/bin/sh -c ${instruction.text.slice(4)}` }
    case 'COPY':
    case 'ADD':
      return prepareFiles(build, stage, instruction)
    case 'ARG': {
      const args = instruction.args.reduce((args, { key, value }) => {
        const fallback = build.heading.get(read(key)) ?? build.predefined.get(read(key))
        return declareArg(args, read(key), value && read(value), fallback)
      }, stage.args)
      return { stage: { ...stage, args }, createdBy: `${NOP}ARG ${argNames(args)}` }
    }
    case 'ENV': {
      const pairs = instruction.pairs.map(({ key, value }) => [read(key), read(value)] as const)
      const changed = pairs.reduce((next, [name, value]) => withVariable(next, name, value), stage)
      return { stage: changed, createdBy: NOP + instruction.text }
    }
    case 'WORKDIR': {
      const config = { ...stage.config, WorkingDir: fromDirectory(stage, read(instruction.value)) }
      return { stage: { ...stage, config }, createdBy: NOP + instruction.text }
    }
    default:
      return { stage, createdBy: NOP + instruction.text }
  }
}

function prepareFiles(build: Build, stage: Stage, instruction: CopyInstruction): Prepared {
  const { from, kind } = instruction
  const tree = from ? filesOf(build, stage, from) : undefined
  const source = from
    ? tree?.fileAt && ({ ...tree, fileAt: tree.fileAt, isContext: false } as SourceFiles)
    : build.context
  const copy = prepareCopy(build, stage, instruction, source, build.request.user ?? ROOT)
  const ends = [`${NOP}${kind} `, ` in ${instruction.destination} `] as const
  const createdBy = copy.summary === undefined ? undefined : ends.join(copy.summary)
  return { stage, createdBy, ends, copy, from: tree }
}

/** The files of `--from`: of a stage by name or number, or of an image. */
function filesOf(build: Build, { index }: Stage, from: string): SourceTree | undefined {
  const isNumber = /^\d+$/.test(from) && Number(from) < index
  const stage = isNumber
    ? build.stages[Number(from)]
    : build.stages.findLast((each) => each?.name !== '' && each?.name === from.toLowerCase())
  if (stage !== undefined) return stage.files
  return build.request.files?.(imageNamed(build, from).id)
}
