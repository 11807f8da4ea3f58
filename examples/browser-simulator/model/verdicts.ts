/** What is written beside the lines of a Dockerfile. */
import { isClassicName, type PredictedStep, type Prediction, type StepStatus } from 'layerfold/predict'

export interface Verdict {
  /** Index into the prediction's steps. */
  readonly step: number
  readonly line: number
  readonly endLine: number
  readonly status: StepStatus | 'problem'
  readonly word: string
  /** What a screen reader says. */
  readonly label: string
}

const WORDS: Readonly<Record<StepStatus, string>> = {
  hit: 'HIT',
  miss: 'MISS',
  'not-probed': 'not probed',
  'not-cacheable': 'base',
  'depends-on-output': 'depends',
  error: 'error',
}

const VIA: Readonly<Partial<Record<string, string>>> = { 'parent-chain': 'local' }

/** One word, and how a hit was found. */
export function wordOf({ status, via, instruction }: Pick<PredictedStep, 'status' | 'via' | 'instruction'>): string {
  if (status === 'hit' && via !== undefined) return `HIT ${VIA[via] ?? via}`
  if (status === 'not-cacheable' && instruction !== 'FROM') return 'no step'
  return WORDS[status]
}

/** How a hit was found, said to someone who has never heard of it. */
export function explainVia(via: PredictedStep['via']): string {
  switch (via) {
    case 'parent-chain':
      return 'A local image was made from the same parent by the same step.'
    case 'source':
      return 'The end of the --cache-from image is reached: it is the answer itself.'
    case 'restored':
      return 'The history of the --cache-from image has this step next, so the daemon makes an image of it.'
    case 'definition':
      return 'The same operation was done before on the same input.'
    case 'content':
      return 'The files that this operation reads are the same, whatever made them.'
    case 'unneeded':
      return 'A later step is there already, so nobody asks for this one.'
    default:
      return ''
  }
}

export function verdictsOf({ steps, problems }: Prediction): readonly Verdict[] {
  const wrong = problems.map(({ text, position }) => ({
    step: -1,
    ...position,
    status: 'problem' as const,
    word: 'error',
    label: `Line ${position.line}: ${text}`,
  }))
  const said = steps.flatMap((step, index) => {
    if (step.position === undefined) return []
    const label = `Step ${step.number} of ${step.of}, ${step.text}: ${wordOf(step)}`
    return [{ step: index, ...step.position, status: step.status, word: wordOf(step), label }]
  })
  return [...wrong, ...said]
}

/** How many steps are reused, of those that could be. */
export function reuse({ steps }: Prediction): { readonly hits: number; readonly of: number } {
  const askable = steps.filter(({ status }) => status !== 'not-cacheable')
  return { hits: askable.filter(({ status }) => status === 'hit').length, of: askable.length }
}

/** For each step the engines of the same kind, classic ones or others, that give it another verdict than the first prediction does. */
export function disagreements(chosen: Prediction, all: readonly Prediction[]): readonly (readonly string[])[] {
  const isClassic = isClassicName(chosen.engine)
  const alike = all.filter(({ engine }) => isClassicName(engine) === isClassic)
  return chosen.steps.map((step, index) =>
    alike.filter(({ steps }) => !sameVerdict(step, steps[index])).map(({ engine }) => engine),
  )
}

export function sameVerdict(a: PredictedStep, b: PredictedStep | undefined): boolean {
  return b !== undefined && a.status === b.status && sourceOf(a) === sourceOf(b)
}

/** How a hit comes from a `--cache-from` image; of a local one there is nothing to say. */
export function sourceOf({ via }: Pick<PredictedStep, 'via'>): 'source' | 'restored' | undefined {
  return via === 'source' || via === 'restored' ? via : undefined
}
