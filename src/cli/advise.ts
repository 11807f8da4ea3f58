import { type Advice, advise, type BuildEdit } from '../advice/advise.ts'
import { sha256Hex } from '../digest/sha256.ts'
import { pathKey } from '../dockerfile/context.ts'
import { BUILD, buildArgsOf, readRequest } from './build-options.ts'
import { type Call, type Command, flag, HELP, JSON_OUT, type Options, texts } from './command.ts'
import type { Inputs } from './inputs.ts'
import { badInput, type Io, plain, print, printJSON, table } from './io.ts'

const EDIT: Options = {
  touch: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'As if this file of the context were edited; may be repeated',
  },
  'next-build-arg': {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    help: 'As if the next build were given this; may be repeated',
  },
}

const { engine: _, 'docker-version': __, ...BUILD_OF_ALL } = BUILD

export const adviseCommand: Command = {
  name: 'advise',
  operands: 'CONTEXT',
  summary: 'What an edit would cost in each engine, and which change of the Dockerfile saves some of it',
  options: { ...EDIT, ...BUILD_OF_ALL, ...JSON_OUT, ...HELP },
  examples: [
    'layerfold advise --touch src/index.js .',
    'layerfold advise --build-arg COMMIT=1 --next-build-arg COMMIT=2 .',
  ],
  run: runAdvise,
}

async function runAdvise(call: Call, io: Io): Promise<number> {
  const [before, request] = await readRequest(call, io, 'advise [OPTIONS] CONTEXT')
  const advice = advise(before, request, editOf(call, io, request))
  if (flag(call, 'json')) await printJSON(io, plainAdvice(advice))
  else await print(io, words(advice))
  return 0
}

/** Throws bad input where none is named, or a file that is not there. */
function editOf(
  call: Call,
  io: Io,
  { context, contentOf, buildArgs }: Inputs & Pick<BuildEdit, 'buildArgs'>,
): BuildEdit {
  const [touched, args] = [texts(call, 'touch').map(pathKey), texts(call, 'next-build-arg')]
  if (touched.length + args.length === 0) throw badInput('name the edit: --touch FILE, or --next-build-arg NAME=VALUE')
  for (const path of touched) {
    const found = context.entries.some((entry) => pathKey(entry.path) === path && entry.type === 'file')
    if (!found) throw badInput(`--touch ${path}: the context has no such file`)
  }
  const isTouched = (path: string): boolean => touched.includes(pathKey(path))
  const entries = context.entries.map((entry) =>
    isTouched(entry.path) ? { ...entry, size: entry.size + 1, sum: sha256Hex(encoder.encode(entry.sum)) } : entry,
  )
  return {
    context: { ...context, entries },
    buildArgs: { ...buildArgs, ...buildArgsOf(args, io) },
    ...(contentOf !== undefined && {
      contentOf: (path: string) => (isTouched(path) ? withOneMore(contentOf(path)) : contentOf(path)),
    }),
  }
}

const encoder = new TextEncoder()

function withOneMore(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array([...bytes, 10])
}

function plainAdvice({ engines, suggestions }: Advice): unknown {
  return {
    engines: engines.map(({ steps, ...rest }) => ({ ...rest, steps: steps.map(({ text }) => text) })),
    suggestions,
  }
}

function words({ engines, suggestions }: Advice): string {
  const rows = engines.map(({ engine, steps, error }) => [
    engine,
    String(steps.length),
    plain(error ?? steps.map(({ text }) => text).join(', ')),
  ])
  const told = suggestions.map(({ position, sentence, saves, refusedBy }) => {
    const where = position === undefined ? '' : `line ${position.line}: `
    const refused = refusedBy.length === 0 ? '' : `; refused by ${refusedBy.join(', ')}`
    return `\n${where}${plain(sentence)}\n  saves ${saves.map(({ engine, steps }) => `${engine} ${steps}`).join(', ')}${refused}\n`
  })
  return `Runs again after the edit\n${table(rows)}${told.join('') || '\nNothing is known that would save a step.\n'}`
}
