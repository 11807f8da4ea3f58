import { DEFAULT_SHELL } from '../dockerfile/defaults.ts'
import type { CopiedFiles } from '../dockerfile/prediction.ts'
import { type Config, configWith } from '../image/config.ts'
import type { Stage } from './stage.ts'

/** A step that is ready to be looked up: moby's dispatchers (builder/dockerfile/dispatchers.go) up to the probe. */
export interface Prepared {
  /** The stage with what the instruction has changed. */
  readonly stage: Stage
  /** What the cache is asked by. */
  readonly config: Config
  /** How the image comes about when the cache has none: a container's commit, with the config that its creation changes or with the very config, or an export. */
  readonly by: 'container' | 'run' | 'copy'
  readonly copied?: CopiedFiles
}

/** The stage's config with the step for its Cmd. */
export function stepConfig(
  { config, image }: Stage,
  Cmd: readonly string[] | undefined,
  changed: Pick<Config, 'ArgsEscaped' | 'Entrypoint'> = {},
): Config {
  return configWith(config, { Image: image ?? '', Cmd, ...changed })
}

/** The step as most instructions are looked up: the stage's config, with a comment for its Cmd. */
export function comment(stage: Stage, text: string): Prepared {
  return { stage, config: stepConfig(stage, [...shellOf(stage.config), '#(nop) ', text]), by: 'container' }
}

/** WORKDIR, COPY and ADD: the comment is one word with its mark. */
export function joinedComment(stage: Stage, text: string): Config {
  return stepConfig(stage, [...shellOf(stage.config), `#(nop) ${text}`])
}

export function shellOf({ Shell }: Config): readonly string[] {
  return Shell !== undefined && Shell.length > 0 ? Shell : DEFAULT_SHELL
}

/** A command as it is run: words as they are, or one text after the shell. */
export function commandOf(
  config: Config,
  { words, json }: { readonly words?: readonly string[] | undefined; readonly json: boolean },
): readonly string[] | undefined {
  return words === undefined || json ? words : [...shellOf(config), ...words]
}
