import { shortID } from '../digest/digest.ts'
import type { PredictedStep, Prediction } from '../dockerfile/prediction.ts'
import { explain, type StepExplanation } from '../explain/explain.ts'
import { isBuildkitName } from '../predict/engines.ts'
import { type EngineState, predict } from '../predict/predict.ts'
import { BUILD, engineOf, readRequest } from './build-options.ts'
import { keepBuildkit } from './buildkit-file.ts'
import { type Call, type Command, flag, HELP, JSON_OUT, type Options, text, texts } from './command.ts'
import { storeDir } from './images.ts'
import { readContextValue } from './inputs.ts'
import { badInput, colored, type Io, log, plain, print, printJSON, table } from './io.ts'

const ANSWER: Options = {
  'require-cache': { type: 'boolean', help: 'End with 1 unless every step is cached' },
  remember: { type: 'boolean', help: 'With BuildKit: the next call starts from what this build would leave behind' },
}

export const predictCommand: Command = {
  name: 'predict',
  operands: 'CONTEXT',
  summary: 'What a build would reuse, step by step',
  options: { ...BUILD, ...ANSWER, ...JSON_OUT, ...HELP },
  examples: [
    'layerfold predict .',
    'layerfold predict --cache-from app:latest --build-arg VERSION=2 .',
    'layerfold predict --require-cache --json -f app/Dockerfile app',
    'git archive HEAD | layerfold predict -',
  ],
  run: runPredict,
}

export const explainCommand: Command = {
  name: 'explain',
  operands: 'CONTEXT',
  summary: 'The same, and why each step that is not reused is not',
  options: {
    ...BUILD,
    ...ANSWER,
    'previous-context': {
      type: 'string',
      value: 'FILE',
      help: 'What `layerfold context` wrote at the earlier build: tells which file differs',
    },
    ...JSON_OUT,
    ...HELP,
  },
  examples: [
    'layerfold explain -f Dockerfile --cache-from docker-archive:app.tar .',
    'layerfold explain --load base.tar --cache-from docker-archive:app.tar .',
    'layerfold context . > before.json   # … and after an edit:\n  layerfold explain --previous-context before.json .',
  ],
  run: runExplain,
}

async function runPredict(call: Call, io: Io): Promise<number> {
  const [before, request] = await readRequest(call, io, 'predict [OPTIONS] CONTEXT')
  const [next, prediction] = predict(before, request)
  await remember(call, io, before, next)
  if (flag(call, 'json')) await printJSON(io, prediction)
  else await printPrediction(io, prediction, [])
  return exitCode(call, prediction)
}

async function runExplain(call: Call, io: Io): Promise<number> {
  const [before, request] = await readRequest(call, io, 'explain [OPTIONS] CONTEXT')
  const path = text(call, 'previous-context')
  const options = path === undefined ? {} : { previousContext: await readContextValue(path) }
  const predicted = predict(before, request)
  const [next, prediction] = predicted
  await remember(call, io, before, next)
  const explanations = explain(before, request, predicted, options)
  if (flag(call, 'json')) {
    const told = explanations.map(({ step: { number, stage, trigger }, ...rest }) => ({
      number,
      stage,
      trigger,
      ...rest,
    }))
    await printJSON(io, { prediction, explanations: told })
  } else await printPrediction(io, prediction, explanations)
  return exitCode(call, prediction)
}

/** With `--remember`, keeps what the build would leave behind. Throws bad input for engines whose builds leave images: those are imported. */
async function remember(call: Call, io: Io, before: EngineState, { buildkit }: EngineState): Promise<void> {
  const isBuildkit = isBuildkitName(engineOf(call))
  if (flag(call, 'remember')) {
    if (!isBuildkit) throw badInput('--remember is for BuildKit; of other engines, import the image that was built')
    if (buildkit !== undefined) await keepBuildkit(storeDir(call, io), buildkit)
  } else if (isBuildkit && before.buildkit === undefined && texts(call, 'cache-from').length === 0)
    log(io, 'No build of BuildKit is known yet: ask with --remember when you build, and the next call starts from it')
}

function exitCode(call: Call, prediction: Prediction): number {
  if (prediction.outcome === 'unparsed') return 4
  return flag(call, 'require-cache') && !isFullyCached(prediction) ? 1 : 0
}

function isFullyCached({ outcome, steps }: Prediction): boolean {
  return outcome === 'built' && steps.every(({ status }) => status === 'hit' || status === 'not-cacheable')
}

async function printPrediction(
  io: Io,
  prediction: Prediction,
  explanations: readonly StepExplanation[],
): Promise<void> {
  const { problems, warnings, unknownSources, error, steps } = prediction
  for (const warning of warnings) log(io, plain(warning))
  for (const { reference, text: why } of unknownSources) log(io, `--cache-from ${plain(reference)}: ${plain(why)}`)
  for (const { text: why, position } of problems)
    log(io, / line \d+: /.test(why) ? plain(why) : `line ${position.line}: ${plain(why)}`)
  const lines = table(steps.map((step) => row(io, step))).split('\n')
  const all = steps.map((step) => words(io, step, explanations))
  const told = all.map((each, at) => `${lines[at]}\n${each === all[at - 1] ? '' : each}`)
  await print(io, told.join(''))
  if (error !== undefined && !steps.some((step) => step.error))
    await print(io, `The build fails: ${plain(error.text)}\n`)
  if (error?.code === 'base')
    log(io, 'Only images that were imported are known: docker save IMAGE | layerfold import -')
  if (prediction.outcome !== 'unparsed') await print(io, `${summary(prediction)}\n`)
}

const WORDS = {
  hit: ['green', 'HIT'],
  miss: ['red', 'MISS'],
  'not-probed': ['red', 'not probed'],
  'not-cacheable': ['dim', ''],
  'depends-on-output': ['yellow', 'unknown'],
  error: ['red', 'ERROR'],
} as const

function row(io: Io, { number, of, text: said, status, via, image }: PredictedStep): readonly string[] {
  const [color, word] = WORDS[status]
  const line = plain(said)
  const shown = line.length > 60 ? `${line.slice(0, 59)}…` : line
  const known = image !== undefined && (status === 'hit' || status === 'not-cacheable')
  return [`${number}/${of}`, shown, colored(io, color, word), via ?? '', known ? shortID(image) : '']
}

/** What is said of the step; of those after a miss nothing, for they are all alike. */
function words(io: Io, step: PredictedStep, explanations: readonly StepExplanation[]): string {
  if (step.error !== undefined) return `     The build fails here: ${plain(step.error.text)}\n`
  const found = explanations.find((each) => each.step === step)
  if (found === undefined || found.cause.code === 'after-miss') return ''
  const fix = found.fix === undefined ? '' : `     ${colored(io, 'dim', found.fix)}\n`
  return `     ${plain(found.sentence)}\n${fix}`
}

function summary(prediction: Prediction): string {
  const { steps, image, outcome } = prediction
  const asked = steps.filter(({ status }) => status !== 'not-cacheable')
  const hits = asked.filter(({ status }) => status === 'hit').length
  const whole = outcome === 'built' && isFullyCached(prediction) && image !== undefined ? `: ${shortID(image)}` : ''
  return `${hits} of ${asked.length} steps cached${whole}`
}
