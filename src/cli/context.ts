import { readDirectory } from '../node/index.ts'
import { ENGINE, engineOf, modesOf } from './build-options.ts'
import { type Call, type Command, HELP, operandsOf, text } from './command.ts'
import { pathInside } from './inputs.ts'
import { type Io, print, startProgress } from './io.ts'

export const contextCommand: Command = {
  name: 'context',
  operands: 'DIRECTORY',
  summary: 'What would be sent of a directory, as a JSON value: paths, modes, hashes and no content',
  options: {
    file: {
      type: 'string',
      short: 'f',
      value: 'FILE',
      help: 'The Dockerfile in it, which is sent whatever .dockerignore says',
    },
    ...ENGINE,
    ...HELP,
  },
  examples: ['layerfold context . > context.json', 'layerfold predict -f Dockerfile context.json'],
  run: runContext,
}

async function runContext(call: Call, io: Io): Promise<number> {
  const [directory] = operandsOf(call, 1, 1, 'context [OPTIONS] DIRECTORY')
  const file = text(call, 'file')
  const dockerfile = file === undefined ? undefined : await pathInside(directory!, file)
  const modes = modesOf(engineOf(call))
  const progress = startProgress(io, directory!)
  const options = {
    modes,
    signal: io.signal,
    onProgress: progress.add,
    ...(dockerfile !== undefined && { dockerfile }),
  }
  const { context } = await readDirectory(directory!, options).finally(progress.end)
  await print(io, `${JSON.stringify(context)}\n`)
  return 0
}
