import type { EngineName, PredictedStep, Prediction, StepStatus } from 'layerfold/predict'
import type { VNode } from 'preact'
import { releasesOf, shownEngines } from '../model/engines.ts'
import { sameVerdict, sourceOf, wordOf } from '../model/verdicts.ts'

export interface EnginesProps {
  readonly all: readonly Prediction[]
  readonly engine: EngineName
  readonly selected: number
  readonly onPick: (step: number) => void
  readonly onEngine: (engine: EngineName) => void
}

const SIGNS: Readonly<Record<StepStatus, string>> = {
  hit: '●',
  miss: '○',
  'not-probed': '–',
  'not-cacheable': '·',
  'depends-on-output': '?',
  error: '!',
}

/** The same build, done by each Docker generation, by BuildKit and by Buildah. */
export function Engines({ all, engine, selected, onPick, onEngine }: EnginesProps): VNode {
  const chosen = all.find((each) => each.engine === engine)
  const count = Math.max(0, ...all.map(({ steps }) => steps.length))
  return (
    <section class="panel engines" aria-labelledby="engines-title">
      <div class="panel-head">
        <h2 id="engines-title">Engines</h2>
        <p class="quiet key">● hit ◐ from a source ○ miss – not probed</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class="engines-frame" tabIndex={0} aria-label="Verdicts by engine">
        <table>
          <thead>
            <tr>
              <th scope="col">Engine</th>
              {Array.from({ length: count }, (_, index) => (
                <th key={index} scope="col">
                  <button
                    type="button"
                    class="column"
                    aria-label={`Step ${chosen?.steps[index]?.number ?? index + 1}`}
                    aria-pressed={index === selected}
                    onClick={() => onPick(index)}
                  >
                    {chosen?.steps[index]?.number ?? index + 1}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shownEngines.map((name) => (
              <Row
                key={name}
                name={name}
                prediction={all.find((each) => each.engine === name)}
                chosen={chosen?.steps ?? []}
                count={count}
                isChosen={name === engine}
                onEngine={onEngine}
              />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

interface RowProps {
  readonly name: EngineName
  readonly prediction: Prediction | undefined
  readonly chosen: readonly PredictedStep[]
  readonly count: number
  readonly isChosen: boolean
  readonly onEngine: (engine: EngineName) => void
}

function Row({ name, prediction, chosen, count, isChosen, onEngine }: RowProps): VNode {
  const steps = prediction?.steps ?? []
  const refusal = steps.length === 0 ? (prediction?.problems[0]?.text ?? prediction?.error?.text) : undefined
  return (
    <tr class={isChosen ? 'is-chosen' : ''}>
      <th scope="row">
        <button type="button" class="release" aria-pressed={isChosen} onClick={() => onEngine(name)}>
          {releasesOf(name)}
        </button>
      </th>
      {refusal !== undefined && count > 0 ? (
        <td class="refusal" colSpan={count} title={refusal}>
          {refusal}
        </td>
      ) : (
        Array.from({ length: count }, (_, index) => <Cell key={index} step={steps[index]} chosen={chosen[index]} />)
      )}
    </tr>
  )
}

function Cell({ step, chosen }: { step: PredictedStep | undefined; chosen: PredictedStep | undefined }): VNode {
  if (step === undefined) return <td class="cell" />
  const differs = chosen !== undefined && !sameVerdict(chosen, step)
  const sign = step.status === 'hit' && sourceOf(step) !== undefined ? '◐' : SIGNS[step.status]
  return (
    <td class={`cell is-${step.status}${differs ? ' differs' : ''}`} title={wordOf(step)}>
      <span aria-hidden="true">{sign}</span>
      <span class="visually-hidden">
        {wordOf(step)}
        {differs ? ', unlike the chosen release' : ''}
      </span>
    </td>
  )
}
