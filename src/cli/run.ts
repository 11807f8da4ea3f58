import { isLayerfoldError } from '../errors.ts'
import { adviseCommand } from './advise.ts'
import { type Command, flag, readCall } from './command.ts'
import { completionCommand } from './completion.ts'
import { contextCommand } from './context.ts'
import { diffCommand } from './diff.ts'
import { helpOf, overview } from './help.ts'
import { badInput, type Io, log, plain, print } from './io.ts'
import { explainCommand, predictCommand } from './predict.ts'
import { importCommand, lsCommand, snapshotCommand, treeCommand } from './store-commands.ts'

const main: readonly Command[] = [
  predictCommand,
  explainCommand,
  adviseCommand,
  contextCommand,
  importCommand,
  lsCommand,
  treeCommand,
  diffCommand,
  snapshotCommand,
]

export const commands: readonly Command[] = [...main, completionCommand(main)]

/** Runs one command line and gives the exit code: 0, 1, 2 or 4 as `--help` says, 130 after ^C, 70 for a fault of layerfold's own. */
export async function run(args: readonly string[], io: Io, version: string): Promise<number> {
  try {
    return await dispatch(args, io, version)
  } catch (error) {
    if (io.signal.aborted) return 130
    return told(io, error)
  }
}

async function dispatch(args: readonly string[], io: Io, version: string): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') return await say(io, `${version}\n`)
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return await help(rest[0], name, io)
  const command = find(name)
  const call = readCall(rest, command.options)
  return flag(call, 'help') ? await say(io, helpOf(command)) : await command.run(call, io)
}

async function help(topic: string | undefined, asked: string | undefined, io: Io): Promise<number> {
  if (asked === undefined) {
    io.stderr.write(overview(commands))
    return 2
  }
  return await say(io, topic === undefined ? overview(commands) : helpOf(find(topic)))
}

async function say(io: Io, text: string): Promise<number> {
  await print(io, text)
  return 0
}

function find(name: string): Command {
  const command = commands.find((each) => each.name === name)
  if (command === undefined) throw badInput(`no command ${plain(name)}; see layerfold --help`)
  return command
}

function told(io: Io, error: unknown): number {
  const { name, message, code, stack } = error as Error & { readonly code?: string; readonly syscall?: string }
  const isExpected =
    name === 'BadInput' || isLayerfoldError(error) || (error as { syscall?: string }).syscall !== undefined
  log(io, `layerfold: ${isExpected ? plain(message) : `a fault of layerfold's own\n${stack ?? message}`}`)
  if (code === 'EACCES' || code === 'EPERM')
    log(io, 'This user may not read it. What a build does not need, .dockerignore can leave out of its context.')
  return isExpected ? 2 : 70
}
