import { sha256Hex } from '../digest/sha256.ts'
import type { CopyInstruction } from '../dockerfile/instruction.ts'
import type { CopiedFiles } from '../dockerfile/prediction.ts'
import type { BuildRequest } from '../dockerfile/request.ts'
import { faultOfSources, hashSources, type SourceStep } from '../dockerfile/sources.ts'
import { mountedTree, type SourceTree } from '../dockerfile/tree.ts'
import { GoError } from '../go/error.ts'
import { writeGoString } from '../go/text.ts'
import type { ImageID } from '../image/image.ts'
import type { ClassicBuilder } from './builder.ts'
import { joinedComment, type Prepared } from './prepared.ts'
import type { Stage } from './stage.ts'
import { expand } from './words.ts'

/** Where `--from` leads: an image, or `undefined`: the stage is FROM scratch and no more, and has no files. */
export type FromImage = (name: string) => ImageID | undefined

/**
 * COPY and ADD: the comment holds the hash of the files (moby builder/dockerfile/copy.go, spec 8.6). Files that nobody knows get a hash of their own, made of where
 * they come from, which only a build predicted in the same way has.
 */
export function prepareCopy(
  builder: ClassicBuilder,
  request: BuildRequest,
  context: SourceTree,
  imageOf: FromImage,
  stage: Stage,
  instruction: CopyInstruction,
): Prepared {
  const chown = instruction.chown === undefined ? '' : expand(stage, instruction.chown)
  const sources = instruction.sources.map((source) => expand(stage, source))
  const destination = expand(stage, instruction.destination)
  if (instruction.chmod) {
    throw new GoError(
      'instruction',
      'the --chmod option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled',
    )
  }
  const from = instruction.from ? imageOf(instruction.from) : undefined
  const tree = instruction.from ? (from === undefined ? mountedTree({}) : request.files?.(from)) : context
  const wanted = { instruction: instruction.kind, sources, destination, from }
  const { hash, assumed } = hashOf(builder, request, tree, wanted)
  const mark = chown === '' ? '' : `--chown=${chown}${builder.afterChown}`
  const config = joinedComment(stage, `${instruction.kind} ${mark}${hash} in ${destination} `)
  const copied: CopiedFiles = { sources, destination, hash, assumed, ...(instruction.from ? { from } : {}) }
  return { stage, config, by: 'copy', copied }
}

interface Wanted extends SourceStep {
  readonly from: ImageID | undefined
}

function hashOf(
  { linksInDirectories }: ClassicBuilder,
  { downloads }: BuildRequest,
  tree: SourceTree | undefined,
  wanted: Wanted,
): { readonly hash: string; readonly assumed: boolean } {
  if (tree === undefined) {
    const fault = faultOfSources(wanted)
    if (fault !== undefined) throw new GoError('context', fault)
    return assumedHash(wanted)
  }
  const rules = { linksInDirectories, ...(downloads && { downloads }) }
  const hashed = hashSources(tree, wanted, rules)
  if (hashed.outcome === 'error') throw new GoError('context', hashed.text)
  return hashed.outcome === 'unknown' ? assumedHash(wanted) : { hash: hashed.hash, assumed: false }
}

function assumedHash({ instruction, sources, from }: Wanted): { readonly hash: string; readonly assumed: boolean } {
  const origin = [instruction, from ?? '', ...sources].join('\0')
  return { hash: `assumed:${sha256Hex(writeGoString(origin))}`, assumed: true }
}
