import type { CommandInstruction } from '../dockerfile/instruction.ts'
import { GoError } from '../go/error.ts'
import { compareText } from '../go/text.ts'
import type { Config } from '../image/config.ts'
import { argsBeside, isBuiltinAndUndeclared, nameOf } from './build-args.ts'
import type { ClassicBuilder } from './builder.ts'
import { commandOf, type Prepared, stepConfig } from './prepared.ts'
import type { Stage } from './stage.ts'

/** RUN: looked up by its command, the build arguments that it could see in front (moby's dispatchRun, spec 8.4). */
export function prepareRun(builder: ClassicBuilder, stage: Stage, instruction: CommandInstruction): Prepared {
  const [flag] = instruction.flags
  if (flag !== undefined) {
    const text = `the --${flag} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`
    throw new GoError('instruction', text)
  }
  const command = commandOf(stage.config, instruction)
  const Cmd = withArgs(builder, stage, command)
  const keepsEntrypoint = builder.runEntrypoint === 'kept' || !Cmd?.length
  const Entrypoint = keepsEntrypoint ? stage.config.Entrypoint : undefined
  return { stage, config: stepConfig(stage, Cmd, { ArgsEscaped: builder.argsEscaped, Entrypoint }), by: 'run' }
}

/** What the container is made of, which is not what is kept: the command alone, its arguments in the environment, no entrypoint, no health check. */
export function executedConfig(stage: Stage, instruction: CommandInstruction): Config {
  const env = stage.config.Env ?? []
  const args = argsBeside(stage.args, env)
  const command = commandOf(stage.config, instruction)
  return {
    ...stepConfig(stage, command),
    Env: [...env, ...args],
    Entrypoint: command?.length || args.length > 0 ? [''] : stage.config.Entrypoint,
    Healthcheck: { Test: ['NONE'] },
  }
}

/** `|2 A=1 B=x /bin/sh -c make`: a proxy's value counts only once ARG has declared it, but that there is one always does. */
function withArgs(builder: ClassicBuilder, { config, args }: Stage, command: readonly string[] | undefined) {
  const all = argsBeside(args, config.Env ?? [])
  if (all.length === 0) return command
  const shown = all.filter((entry) => builder.proxiesCount || !isBuiltinAndUndeclared(args, nameOf(entry)))
  return [`|${shown.length}`, ...shown.sort(compareText), ...(command ?? [])]
}
