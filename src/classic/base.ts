import type { FromInstruction } from '../dockerfile/instruction.ts'
import { expandWord } from '../dockerfile/words.ts'
import { GoError, orGoError } from '../go/error.ts'
import type { Image, ImageID } from '../image/image.ts'
import { parsePlatform } from '../image/parse-platform.ts'
import { normalPlatform, type Platform, platformOf, platformOrLower, platformText } from '../image/platform.ts'
import { getImage } from '../store/read.ts'
import { readNamedImage } from '../store/resolve.ts'
import { type BuildArgs, metaEnvironment } from './build-args.ts'
import type { Build, FinishedStage } from './running.ts'

/** What a FROM gives; `scratch` is no image. */
export interface Base {
  readonly id: ImageID | undefined
  readonly image: Image | undefined
  readonly undecided: boolean
}

/** The image of a FROM: an earlier stage, nothing, or an image of the store (moby's initializeStage and getImageOrStage). Throws a GoError where the daemon fails. */
export function resolveBase(build: Build, args: BuildArgs, from: FromInstruction): Base {
  const environment = metaEnvironment(args)
  const platform = from.platform ? platformOfFrom(build, environment, from.platform) : build.platform
  const name = expanded(build, environment, from.base)
  if (name === '') throw new GoError('base', `base name (${from.base}) should not be blank`)
  const stage = stageCalled(build, name)
  const undecided = stage?.undecided ?? false
  if (stage?.image !== undefined) return { id: stage.image, image: mount(build, stage.image, platform), undecided }
  if (stage !== undefined || name === 'scratch') {
    checkOS(build, platform?.os)
    return { id: undefined, image: undefined, undecided }
  }
  return { ...mountNamed(build, name), undecided }
}

function platformOfFrom(build: Build, environment: readonly string[], word: string): Platform {
  const text = orGoError(() => expanded(build, environment, word))
  // moby's own variable of that name is in the way: the text ends with nothing where the word should be.
  if (text instanceof GoError)
    throw new GoError(text.kind, `failed to process arguments for platform : ${text.message}`)
  const platform = orGoError(() => parsePlatform(text, build.host))
  if (platform instanceof GoError)
    throw new GoError(platform.kind, `failed to parse platform ${text}: ${platform.message}`)
  return platform
}

/** The image that `COPY --from` names: a stage by name or number, or an image. `undefined`: a stage that is FROM scratch and no more. */
export function resolveFrom(build: Build, name: string): ImageID | undefined {
  const found = orGoError(() => {
    const stage = stageOf(build, name)
    if (stage === undefined) return mountNamed(build, name).id
    if (stage.image === undefined) checkOS(build, build.platform?.os)
    else mount(build, stage.image, build.platform)
    return stage.image
  })
  if (found instanceof GoError) throw new GoError(found.kind, `invalid from flag value ${name}: ${found.message}`)
  return found
}

function stageCalled({ stages }: Build, name: string): FinishedStage | undefined {
  return stages.find((each) => each.name !== '' && each.name === name.toLowerCase())
}

/** A stage by its name, else by its number. */
function stageOf(build: Build, name: string): FinishedStage | undefined {
  const { stages } = build
  const called = stageCalled(build, name)
  if (called !== undefined || !/^[+-]?\d+$/.test(name)) return called
  const index = Number(name)
  if (index === stages.length) throw new GoError('stage', 'refers to current build stage')
  if (index < 0 || index > stages.length) throw new GoError('stage', 'index out of bounds')
  return stages[index]
}

/**
 * What is not in the store would be pulled, and only the caller knows what comes of that. What is in the store is taken whatever its platform: the daemon notices
 * that it is another than was wanted, and goes on with it (moby's GetImageAndReleasableLayer; recorded).
 */
function mountNamed(build: Build, name: string): { readonly id: ImageID; readonly image: Image } {
  const resolved = readNamedImage(build.cache.store, name)
  if (resolved.outcome === 'error') throw new GoError('base', build.request.registry?.(name) ?? resolved.text)
  const { id, image } = resolved
  if (image instanceof GoError) throw image
  checkOS(build, image.os)
  build.mounted.add(id)
  return { id, image }
}

/**
 * An image that this build has made or met, to be built on or copied from. Unlike one that is named, it has to be of the platform that was asked for, until it has been mounted
 * once: FROM a name and COPY do that, a hit and the commit of a container do not (moby's imageSources.Get with localOnly, and GetImage).
 */
export function mount(build: Build, id: ImageID, platform: Platform | undefined): Image {
  const image = getImage(build.cache.store, id)
  if (platform !== undefined && !build.mounted.has(id) && !isFor(platform, image, build.host)) {
    const [wanted, actual] = [platformText(platform), image.os === '' ? 'unknown' : platformText(image)]
    const found = `image with reference ${id} was found but does not match the specified platform`
    throw new GoError('base', `${found}: wanted ${wanted}, actual: ${actual}`)
  }
  checkOS(build, image.os)
  build.mounted.add(id)
  return image
}

/** moby's OnlyPlatformWithFallback: an image that does not say its variant is taken for any. */
function isFor(platform: Platform, image: Image, host: Platform): boolean {
  if (platformOrLower(platform, platformOf(image), host.os)) return true
  const [wanted, actual] = [platform, { os: image.os || host.os, architecture: image.architecture }].map(normalPlatform)
  return image.variant === '' && wanted!.os === actual!.os && wanted!.architecture === actual!.architecture
}

function checkOS({ host }: Build, os = host.os ?? 'linux'): void {
  if (os !== '' && os.toLowerCase() !== (host.os ?? 'linux'))
    throw new GoError('base', 'operating system is not supported')
}

function expanded(build: Build, environment: readonly string[], word: string): string {
  const result = expandWord(word, environment, build.escape, build.builder.grammar)
  if (result.outcome === 'error') throw new GoError('word', result.text)
  return result.word
}
