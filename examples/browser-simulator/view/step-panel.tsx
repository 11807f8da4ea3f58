import { hasImage, type ImageStore, shortID } from 'layerfold'
import type { StepExplanation } from 'layerfold/explain'
import type { PredictedStep, Prediction } from 'layerfold/predict'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Asked } from '../model/ask.ts'
import { differenceOf, nearEnd, nearStart } from '../model/difference.ts'
import { type Candidate, candidatesOf, configRows, textOf } from '../model/step.ts'
import { explainVia, wordOf } from '../model/verdicts.ts'

export interface StepPanelProps {
  readonly step: PredictedStep | undefined
  readonly count: number
  readonly selected: number
  readonly prediction: Prediction | undefined
  readonly asked: Asked
  readonly before: ImageStore
  readonly after: ImageStore
  readonly explanation: StepExplanation | undefined
  readonly onPick: (step: number) => void
  readonly onImage: (image: string) => void
}

/** One step: the answer, the reason, and what both were found by. */
export function StepPanel(props: StepPanelProps): VNode {
  const { step, prediction, count, selected, onPick } = props
  return (
    <section class="panel step" aria-labelledby="step-title">
      <div class="panel-head">
        <h2 id="step-title">{step === undefined ? 'Step' : `Step ${step.number} of ${step.of}`}</h2>
        <div class="pair">
          <button
            type="button"
            class="icon"
            aria-label="Step before"
            disabled={selected <= 0}
            onClick={() => onPick(selected - 1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="icon"
            aria-label="Next step"
            disabled={selected >= count - 1}
            onClick={() => onPick(selected + 1)}
          >
            ↓
          </button>
        </div>
      </div>
      {step === undefined ? <NoStep prediction={prediction} /> : <Answer {...props} step={step} />}
    </section>
  )
}

function NoStep({ prediction }: { prediction: Prediction | undefined }): VNode {
  const [problem] = prediction?.problems ?? []
  return (
    <p class={problem ? 'sentence fault' : 'sentence'}>
      {problem?.text ?? prediction?.error?.text ?? 'Write a Dockerfile, or start from a scenario above.'}
    </p>
  )
}

function Answer(props: StepPanelProps & { step: PredictedStep }): VNode {
  const { step, before, after, asked, explanation, onImage } = props
  const candidates = useMemo(
    () => (asked.outcome === 'request' ? candidatesOf({ before, after }, asked.request, step) : { list: [], more: 0 }),
    [before, after, asked, step],
  )
  const nearest = candidates.list.find(({ image }) => image === explanation?.cause.image) ?? candidates.list[0]
  return (
    <>
      <p class="command">
        <span class={`badge is-${step.status}`}>{wordOf(step)}</span> <code>{step.text}</code>
      </p>
      <p class="sentence">{sentenceOf(step, explanation)}</p>
      {explanation?.fix !== undefined && <p class="fix">{explanation.fix}</p>}
      {explanation !== undefined && <Was explanation={explanation} />}
      {step.image !== undefined && (
        <p class="quiet">
          {step.status === 'hit' ? 'Reused: ' : step.status === 'not-cacheable' ? 'Starts from ' : 'Would make '}
          {hasImage(before, step.image) ? (
            <button type="button" class="inline" onClick={() => onImage(step.image!)}>
              <code>{shortID(step.image)}</code>
            </button>
          ) : (
            <code>{shortID(step.image)}</code>
          )}
        </p>
      )}
      {step.config !== undefined && (
        <>
          <Candidates list={candidates.list} more={candidates.more} onImage={onImage} />
          <ProbeConfig step={step} nearest={step.status === 'miss' ? nearest : undefined} />
        </>
      )}
    </>
  )
}

function sentenceOf(step: PredictedStep, explanation: StepExplanation | undefined): string {
  if (explanation !== undefined) return explanation.sentence
  if (step.error !== undefined) return step.error.text
  if (step.status === 'hit') return explainVia(step.via)
  return step.instruction === 'FROM' ? 'A stage begins here: nothing is asked.' : ''
}

/** The stored side and this build's, with what differs marked. */
function Was({ explanation: { cause } }: { explanation: StepExplanation }): VNode | null {
  if (cause.was === undefined || cause.now === undefined || cause.code === 'inherited') return null
  return <Sides was={textOf(cause.was)} now={textOf(cause.now)} />
}

function Sides({ was: stored, now: step }: { was: string; now: string }): VNode {
  const { before, was, now, after } = differenceOf(stored, step)
  return (
    <dl class="was">
      <dt>was</dt>
      <dd>
        {nearEnd(before)}
        <del>{was || '\u00a0'}</del>
        {nearStart(after)}
      </dd>
      <dt>is</dt>
      <dd>
        {nearEnd(before)}
        <ins>{now || '\u00a0'}</ins>
        {nearStart(after)}
      </dd>
    </dl>
  )
}

function Candidates(props: { list: readonly Candidate[]; more: number; onImage: (image: string) => void }): VNode {
  const { list, more, onImage } = props
  return (
    <>
      <h3>Candidates</h3>
      {list.length === 0 ? (
        <p class="quiet">No image here was made from this parent.</p>
      ) : (
        <ul class="candidates">
          {list.map(({ image, from, isAnswer, madeBy, why }) => (
            <li key={`${from} ${image}`} class={isAnswer ? 'answer' : ''}>
              <button type="button" class="inline" onClick={() => onImage(image)}>
                <code>{shortID(image)}</code>
              </button>{' '}
              <code class="made-by">{madeBy}</code>
              <span class="quiet why">
                {from === 'source' ? '--cache-from: ' : ''}
                {why}
              </span>
            </li>
          ))}
          {more > 0 && <li class="quiet">and {more} more</li>}
        </ul>
      )}
    </>
  )
}

function ProbeConfig({ step, nearest }: { step: PredictedStep; nearest: Candidate | undefined }): VNode {
  const rows = configRows(step.config!, nearest?.differences)
  return (
    <>
      <h3>What the cache is asked by</h3>
      <table class="config">
        <tbody>
          <tr>
            <th scope="row" class="field-name">
              parent
            </th>
            <td>{step.parent === undefined ? 'none' : shortID(step.parent)}</td>
          </tr>
          {rows.map(({ field, value, stored }) => (
            <tr key={field}>
              <th scope="row" class={stored === undefined ? 'field-name' : 'field-name differs'}>
                {field}
              </th>
              <td>
                {stored === undefined ? field === 'Image' ? shortID(value) : value : <Sides was={stored} now={value} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
