import type { FromInstruction } from '../dockerfile/instruction.ts'
import { expandWord } from '../dockerfile/words.ts'
import { GoError } from '../go/error.ts'
import type { Image, ImageID } from '../image/image.ts'
import { parsePlatform } from '../image/parse-platform.ts'
import { getImage } from '../store/read.ts'
import { readNamedImage } from '../store/resolve.ts'
import { type BuildArgs, metaEnvironment } from './build-args.ts'
import type { Build } from './running.ts'

/** What a FROM gives; `scratch` is no image. */
export interface Base {
  readonly id: ImageID | undefined
  readonly image: Image | undefined
  readonly undecided: boolean
}

const SCRATCH: Base = { id: undefined, image: undefined, undecided: false }

/** The image of a FROM: an earlier stage, nothing, or an image of the store (moby's initializeStage and getImageOrStage). Throws a GoError where the daemon fails. */
export function resolveBase(build: Build, args: BuildArgs, from: FromInstruction): Base {
  const environment = metaEnvironment(args)
  if (from.platform) parsePlatform(expanded(build, environment, from.platform), build.host)
  const name = expanded(build, environment, from.base)
  if (name === '') throw new GoError('base', `base name (${from.base}) should not be blank`)
  const stage = build.stages.find((each) => each.name !== '' && each.name === name.toLowerCase())
  if (stage !== undefined) {
    if (stage.image === undefined) return { ...SCRATCH, undecided: stage.undecided }
    return {
      id: stage.image,
      image: supported(build, getImage(build.cache.store, stage.image)),
      undecided: stage.undecided,
    }
  }
  if (name === 'scratch') return SCRATCH
  const { id, image } = resolveLocal(build, name)
  if (image instanceof GoError) throw image
  return { id, image: supported(build, image), undecided: false }
}

/** The image that `COPY --from` names: a stage by name or number, or an image. */
export function resolveFrom(build: Build, name: string): ImageID | undefined {
  const wrapped = (text: string): GoError => new GoError('stage', `invalid from flag value ${name}: ${text}`)
  const named = build.stages.find((each) => each.name !== '' && each.name === name.toLowerCase())
  if (named !== undefined) return named.image
  if (/^[+-]?\d+$/.test(name)) {
    const index = Number(name)
    if (index === build.stages.length) throw wrapped('refers to current build stage')
    if (index < 0 || index > build.stages.length) throw wrapped('index out of bounds')
    return build.stages[index]!.image
  }
  try {
    return resolveLocal(build, name).id
  } catch (error) {
    if (error instanceof GoError) throw new GoError('base', `invalid from flag value ${name}: ${error.message}`)
    throw error
  }
}

/**
 * What is not in the store would be pulled, and only the caller knows what comes of that. What is in the store is taken whatever its platform: the daemon notices
 * that it is another than was wanted, and goes on with it (moby's GetImageAndReleasableLayer; recorded).
 */
function resolveLocal(build: Build, name: string): { readonly id: ImageID; readonly image: Image | GoError } {
  const resolved = readNamedImage(build.cache.store, name)
  if (resolved.outcome === 'found') return resolved
  throw new GoError('base', build.request.registry?.(name) ?? resolved.text)
}

function supported({ host }: Build, image: Image): Image {
  if (image.os !== '' && image.os.toLowerCase() !== (host.os ?? 'linux'))
    throw new GoError('base', 'operating system is not supported')
  return image
}

function expanded(build: Build, environment: readonly string[], word: string): string {
  const result = expandWord(word, environment, build.escape, build.builder.grammar)
  if (result.outcome === 'error') throw new GoError('word', result.text)
  return result.word
}
