import { type ImageStore, shortID } from 'layerfold'
import type { Prediction } from 'layerfold/predict'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { missingImage, withBase } from '../model/base.ts'
import { releasesOf } from '../model/engines.ts'
import { disagreements, reuse, type Verdict, verdictsOf } from '../model/verdicts.ts'

export interface EditorProps {
  readonly dockerfile: string
  readonly prediction: Prediction | undefined
  readonly all: readonly Prediction[]
  readonly selected: number
  readonly onEdit: (dockerfile: string) => void
  readonly onPick: (step: number) => void
  readonly onBuild: (() => void) | undefined
  readonly onImages: (change: (images: ImageStore) => ImageStore) => void
}

/** The Dockerfile, and beside each line what the cache says of it. */
export function Editor(props: EditorProps): VNode {
  const { dockerfile, prediction, all, selected, onEdit, onPick } = props
  const verdicts = useMemo(() => (prediction === undefined ? [] : verdictsOf(prediction)), [prediction])
  const others = useMemo(() => (prediction === undefined ? [] : disagreements(prediction, all)), [prediction, all])
  const lines = dockerfile.split('\n').length
  const chosen = verdicts.find(({ step }) => step === selected)
  const pickLine = (area: HTMLTextAreaElement): void => {
    const line = area.value.slice(0, area.selectionStart).split('\n').length
    const at = verdicts.find((each) => each.step >= 0 && each.line <= line && line <= each.endLine)
    if (at !== undefined) onPick(at.step)
  }
  return (
    <section class="panel" aria-labelledby="dockerfile-title">
      <div class="panel-head">
        <h2 id="dockerfile-title">Dockerfile</h2>
        <BuildButton onBuild={props.onBuild} />
      </div>
      <div class="editor" style={{ '--lines': Math.max(lines + 1, 12) }}>
        {chosen && <div class="line-mark" style={span(chosen)} />}
        <div class="gutter">
          {verdicts.map((verdict) => (
            <GutterVerdict
              key={`${verdict.line} ${verdict.step}`}
              verdict={verdict}
              others={others[verdict.step] ?? []}
              isSelected={verdict.step === selected}
              onPick={onPick}
            />
          ))}
        </div>
        <textarea
          aria-label="Dockerfile"
          aria-describedby="dockerfile-summary"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          value={dockerfile}
          onInput={({ currentTarget }) => onEdit(currentTarget.value)}
          onKeyUp={({ currentTarget, key }) => key.startsWith('Arrow') && pickLine(currentTarget)}
          onClick={({ currentTarget }) => pickLine(currentTarget)}
        />
      </div>
      <Summary {...props} />
    </section>
  )
}

function span({ line, endLine }: Verdict): Record<string, number> {
  return { '--line': line - 1, '--span': endLine - line + 1 }
}

function GutterVerdict(props: {
  verdict: Verdict
  others: readonly string[]
  isSelected: boolean
  onPick: (step: number) => void
}): VNode {
  const { verdict, others, isSelected, onPick } = props
  const [word, detail] = splitWord(verdict.word)
  const differ = others.length > 0 ? `; otherwise in ${others.map(releasesOf).join(', ')}` : ''
  return (
    <button
      type="button"
      class={`verdict is-${verdict.status}`}
      style={span(verdict)}
      aria-label={verdict.label + differ}
      aria-pressed={isSelected}
      title={verdict.label + differ}
      disabled={verdict.step < 0}
      onClick={() => onPick(verdict.step)}
    >
      <span class="differ" aria-hidden="true">
        {others.length > 0 ? '≠' : ''}
      </span>
      <span class="word">{word}</span> <span class="detail">{detail}</span>
    </button>
  )
}

function splitWord(word: string): [string, string] {
  return word.startsWith('HIT ') ? ['HIT', word.slice(4)] : [word, '']
}

function BuildButton({ onBuild }: { onBuild: (() => void) | undefined }): VNode {
  const build = useRef(onBuild)
  build.current = onBuild
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      build.current?.()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
  return (
    <button type="button" class="primary" disabled={onBuild === undefined} onClick={onBuild} title="Ctrl + Enter">
      Build
    </button>
  )
}

function Summary({ prediction, onImages }: EditorProps): VNode {
  const fault = prediction?.problems[0]?.text ?? prediction?.error?.text
  const missing = prediction?.error?.code === 'base' ? missingImage(fault ?? '') : undefined
  return (
    <div class="summary" id="dockerfile-summary" role="status">
      {prediction === undefined ? (
        <p>The context has to be read first.</p>
      ) : fault !== undefined ? (
        <p class="fault">
          {fault}{' '}
          {missing !== undefined && (
            <button type="button" class="inline" onClick={() => onImages((images) => withBase(images, missing))}>
              Put an empty stand-in for {missing} here
            </button>
          )}
        </p>
      ) : (
        <Reuse prediction={prediction} />
      )}
    </div>
  )
}

function Reuse({ prediction }: { prediction: Prediction }): VNode {
  const { hits, of } = reuse(prediction)
  return (
    <p>
      <strong>
        {hits} of {of}
      </strong>{' '}
      steps reused
      {prediction.image !== undefined && (
        <span class="quiet">
          {' '}
          · ends with <code>{shortID(prediction.image)}</code>
        </span>
      )}
    </p>
  )
}
