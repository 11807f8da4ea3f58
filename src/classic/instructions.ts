import type {
  ArgInstruction,
  CommandInstruction,
  ExposeInstruction,
  HealthcheckInstruction,
  Instruction,
  PairsInstruction,
  TextInstruction,
  VolumeInstruction,
} from '../dockerfile/instruction.ts'
import { parseExposed } from '../dockerfile/ports.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { quote } from '../go/quote.ts'
import { compareText } from '../go/text.ts'
import { nameOf, withArg } from './build-args.ts'
import type { ClassicBuilder } from './builder.ts'
import { healthText } from './health.ts'
import { commandOf, comment, joinedComment, type Prepared } from './prepared.ts'
import { prepareRun } from './run.ts'
import { isSignal } from './signals.ts'
import { type Stage, stageWith, withConfig } from './stage.ts'
import { expand, expandToWords } from './words.ts'

/** Of `--label`: it is in no file, and its words stay as they are. */
export type LabelOption = Omit<PairsInstruction, 'position'> & { readonly position?: undefined }

export type StepInstruction = Instruction | LabelOption

type Metadata = Exclude<StepInstruction, { readonly kind: 'FROM' } | { readonly kind: 'COPY' | 'ADD' }>

/** Every instruction that only changes the config. Throws a GoError where the daemon fails. */
export function prepareMetadata(builder: ClassicBuilder, stage: Stage, instruction: Metadata): Prepared {
  switch (instruction.kind) {
    case 'ENV':
      return setEnv(stage, instruction)
    case 'LABEL':
      return setLabels(stage, instruction)
    case 'MAINTAINER':
      return comment(stageWith(stage, { author: instruction.value }), `MAINTAINER ${instruction.value}`)
    case 'EXPOSE':
      return expose(builder, stage, instruction)
    case 'USER':
      return setUser(builder, stage, instruction)
    case 'VOLUME':
      return addVolumes(stage, instruction)
    case 'RUN':
      return prepareRun(builder, stage, instruction)
    case 'CMD':
      return setCmd(builder, stage, instruction)
    case 'ENTRYPOINT':
      return setEntrypoint(stage, instruction)
    case 'HEALTHCHECK':
      return setHealthcheck(builder, stage, instruction)
    case 'STOPSIGNAL':
      return setStopSignal(builder, stage, instruction)
    case 'SHELL':
      return comment(withConfig(stage, { Shell: instruction.words }), `SHELL ${listed(instruction.words)}`)
    case 'ONBUILD': {
      const OnBuild = [...(stage.config.OnBuild ?? []), instruction.expression]
      return comment(withConfig(stage, { OnBuild }), `ONBUILD ${instruction.expression}`)
    }
    case 'ARG':
      return declareArgs(stage, instruction)
    case 'WORKDIR':
      return changeDirectory(builder, stage, instruction)
  }
}

/** Go's `%v` of a list. */
function listed(words: readonly string[]): string {
  return `[${words.join(' ')}]`
}

/** Go's `%q` of a list. */
function quoted(words: readonly string[] | undefined): string {
  return listed((words ?? []).map(quote))
}

function setEnv(stage: Stage, { pairs }: PairsInstruction | LabelOption): Prepared {
  const env = [...(stage.config.Env ?? [])]
  const entries = pairs.map(({ key, value }) => `${expand(stage, key)}=${expand(stage, value)}`)
  for (const entry of entries) {
    const name = nameOf(entry)
    const at = env.findIndex((each) => nameOf(each) === name)
    if (at < 0) env.push(entry)
    else env[at] = entry
  }
  return comment(withConfig(stage, { Env: env }), ['ENV', ...entries].join(' '))
}

function setLabels(stage: Stage, { pairs, position }: PairsInstruction | LabelOption): Prepared {
  const read = (word: string): string => (position === undefined ? word : expand(stage, word))
  const labels = pairs.map(({ key, value }) => [read(key), read(value)] as const)
  const Labels = Object.fromEntries([...Object.entries(stage.config.Labels ?? {}), ...labels])
  return comment(withConfig(stage, { Labels }), ['LABEL', ...labels.map(([key, value]) => `${key}=${value}`)].join(' '))
}

function expose({ comments }: ClassicBuilder, stage: Stage, { ports }: ExposeInstruction): Prepared {
  const words = ports.flatMap((port) => expandToWords(stage, port))
  const parsed = parseExposed(words)
  if (parsed.outcome === 'error') throw new GoError('instruction', parsed.text)
  const opened = parsed.ports.map((port) => [port, {}] as const)
  const ExposedPorts = Object.fromEntries([...Object.entries(stage.config.ExposedPorts ?? {}), ...opened])
  const shown = comments === 'bracketed' ? [...new Set(parsed.ports)].sort(compareText) : words
  return comment(withConfig(stage, { ExposedPorts }), `EXPOSE ${shown.join(' ')}`)
}

function setUser({ comments }: ClassicBuilder, stage: Stage, { value }: TextInstruction): Prepared {
  const User = expand(stage, value)
  return comment(withConfig(stage, { User }), `USER ${comments === 'bracketed' ? `[${User}]` : User}`)
}

function addVolumes(stage: Stage, { paths }: VolumeInstruction): Prepared {
  const volumes = paths.map((path) => expand(stage, path))
  if (volumes.includes('')) throw new GoError('instruction', 'VOLUME specified can not be an empty string')
  const Volumes = Object.fromEntries([
    ...Object.entries(stage.config.Volumes ?? {}),
    ...volumes.map((path) => [path, {}] as const),
  ])
  return comment(withConfig(stage, { Volumes }), `VOLUME ${listed(volumes)}`)
}

function setCmd({ argsEscaped }: ClassicBuilder, stage: Stage, instruction: CommandInstruction): Prepared {
  const Cmd = commandOf(stage.config, instruction)
  const changed = {
    ...withConfig(stage, { Cmd, ArgsEscaped: argsEscaped }),
    cmdSet: stage.cmdSet || !!instruction.words?.length,
  }
  return comment(changed, `CMD ${quoted(Cmd)}`)
}

function setEntrypoint(stage: Stage, instruction: CommandInstruction): Prepared {
  const Entrypoint = commandOf(stage.config, instruction)
  const kept = stage.cmdSet ? stage.config.Cmd : undefined
  return comment(withConfig(stage, { Entrypoint, ArgsEscaped: false, Cmd: kept }), `ENTRYPOINT ${quoted(Entrypoint)}`)
}

function setHealthcheck(builder: ClassicBuilder, stage: Stage, { health }: HealthcheckInstruction): Prepared {
  return comment(withConfig(stage, { Healthcheck: health }), `HEALTHCHECK ${healthText(builder, health)}`)
}

function setStopSignal({ comments }: ClassicBuilder, stage: Stage, { value }: TextInstruction): Prepared {
  const StopSignal = expand(stage, value)
  if (!isSignal(StopSignal)) throw new GoError('instruction', `Invalid signal: ${StopSignal}`)
  return comment(
    withConfig(stage, { StopSignal }),
    `STOPSIGNAL ${comments === 'bracketed' ? `[${StopSignal}]` : StopSignal}`,
  )
}

function declareArgs(stage: Stage, { args }: ArgInstruction): Prepared {
  const read = args.map(({ key, value }) => ({
    key: expand(stage, key),
    value: value === undefined ? undefined : expand(stage, value),
  }))
  const declared = read.reduce((next, { key, value }) => withArg(next, key, value), stage.args)
  const shown = read.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`))
  return comment(stageWith(stage, { args: declared }), `ARG ${shown.join(' ')}`)
}

function changeDirectory({ workdir, comments }: ClassicBuilder, stage: Stage, { value }: TextInstruction): Prepared {
  const to = expand(stage, value)
  if (to === '') throw new GoError('instruction', 'cannot normalize nothing')
  const asWritten = to.startsWith('/') && workdir === 'as-written'
  const WorkingDir = asWritten ? to : cleanPath(to.startsWith('/') ? to : `/${stage.config.WorkingDir ?? ''}/${to}`)
  const changed = withConfig(stage, { WorkingDir })
  const text = `WORKDIR ${WorkingDir}`
  if (comments === 'bracketed') return comment(changed, text)
  return { stage: changed, config: joinedComment(changed, text), by: 'container' }
}
