import { type Cause, fixOf, type StepExplanation, sentenceOf } from 'layerfold/explain'

/** Takes the values of build arguments out of a text. */
export type Redact = (text: string) => string

const HIDDEN = '…'

export function redactorOf(buildArgs: Readonly<Record<string, string | null>> = {}): Redact {
  const values = Object.values(buildArgs).filter((value): value is string => value !== null && value !== '')
  const spellings = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
  const longestFirst = [...new Set(spellings)].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((left, value) => left.replaceAll(value, HIDDEN), text)
}

/** Causes whose two sides hold values that variables were expanded to, in this build or in an earlier one. */
const WITH_VALUES: readonly Cause['code'][] = [
  'build-arg',
  'env',
  'label',
  'instruction',
  'inherited',
  'copy-target',
  'source-step',
  'source-history',
  'build-error',
]

export interface Reason {
  readonly code: Cause['code']
  readonly name?: string
  readonly sentence: string
  readonly fix?: string | undefined
}

export function reasonOf({ cause }: StepExplanation, redact: Redact): Reason {
  const hide = (side: string | undefined): string | undefined =>
    side === undefined ? undefined : WITH_VALUES.includes(cause.code) ? HIDDEN : redact(side)
  const { was, now, name, ...rest } = cause
  const [hiddenWas, hiddenNow, shown] = [hide(was), hide(now), name === undefined ? undefined : redact(name)]
  const told: Cause = {
    ...rest,
    ...(hiddenWas !== undefined && { was: hiddenWas }),
    ...(hiddenNow !== undefined && { now: hiddenNow }),
    ...(shown !== undefined && { name: shown }),
  }
  return {
    code: cause.code,
    ...(shown !== undefined && { name: shown }),
    sentence: sentenceOf(told),
    fix: fixOf(cause),
  }
}
