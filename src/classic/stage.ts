import { DEFAULT_PATH } from '../dockerfile/defaults.ts'
import type { Grammar } from '../dockerfile/grammar.ts'
import type { Escape } from '../dockerfile/lines.ts'
import { type Config, configWith } from '../image/config.ts'
import type { Image, ImageID } from '../image/image.ts'
import { type BuildArgs, nameOf } from './build-args.ts'

/** A stage between two of its steps: moby's dispatchState (builder/dockerfile/evaluator.go). A value. */
export interface Stage {
  readonly index: number
  /** Lower-case. */
  readonly name: string
  /** The image so far; `undefined` until something follows FROM scratch. */
  readonly image: ImageID | undefined
  /** What the next image's config will be, but for its `Image`: that is the image so far. */
  readonly config: Config
  /** MAINTAINER of this stage. */
  readonly author: string
  /** Whether CMD was said in this stage: then ENTRYPOINT keeps it. */
  readonly cmdSet: boolean
  readonly args: BuildArgs
  /** Which character escapes in words. */
  readonly escape: Escape
  readonly grammar: Grammar
  /** Its image depends on files that nobody here knows. */
  readonly undecided: boolean
}

/** The config that a stage begins with (moby's beginStage, spec 8.1). Without the triggers, which the caller runs. */
export function firstConfig(base: Image | undefined): Config {
  const config = base?.config ?? {}
  const env = config.Env ?? []
  const hasPath = env.some((entry) => nameOf(entry) === 'PATH')
  return { ...config, Env: hasPath ? config.Env : [...env, DEFAULT_PATH], OpenStdin: false, StdinOnce: false }
}

/** The stage with some fields changed, in one shape as configs are (see `configWith`). */
export function stageWith(stage: Stage, changed: Partial<Stage>): Stage {
  const copy: Stage = {
    index: stage.index,
    name: stage.name,
    image: stage.image,
    config: stage.config,
    author: stage.author,
    cmdSet: stage.cmdSet,
    args: stage.args,
    escape: stage.escape,
    grammar: stage.grammar,
    undecided: stage.undecided,
  }
  return Object.assign(copy, changed)
}

export function withConfig(stage: Stage, changed: Config): Stage {
  return stageWith(stage, { config: configWith(stage.config, changed) })
}
