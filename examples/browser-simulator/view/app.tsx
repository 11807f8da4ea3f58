import type { VNode } from 'preact'
import { useCallback, useMemo, useState } from 'preact/hooks'
import { ask } from '../model/ask.ts'
import { beforeOf } from '../model/before.ts'
import { afterBuild } from '../model/build.ts'
import { type Inputs, momentAt, type State, withDraft } from '../model/state.ts'
import { Dropzone } from './dropzone.tsx'
import { Editor } from './editor.tsx'
import { Engines } from './engines.tsx'
import { Files } from './files.tsx'
import { FlagFields } from './flags.tsx'
import { Header } from './header.tsx'
import { useAllEngines, useExplanations, usePrediction } from './hooks.ts'
import { Images } from './images.tsx'
import { StepPanel } from './step-panel.tsx'
import { Timeline } from './timeline.tsx'

export type Act = (change: (state: State) => State) => void

/** The whole page. Its state is the caller's; what is only looked at (a step, an image) is its own. */
export function App({ state, act }: { state: State; act: Act }): VNode {
  const moment = momentAt(state)
  const { draft, images, built } = moment
  const asked = useMemo(() => ask(draft), [draft])
  const { engine } = draft.flags
  const before = useMemo(() => beforeOf(images, built, engine), [images, built, engine])
  const predicted = usePrediction(before, asked)
  const explanations = useExplanations(before, asked, predicted, built)
  const all = useAllEngines(images, asked, built)
  const [picked, setPicked] = useState<number>()
  const [image, setImage] = useState<string>()
  const edit = useCallback(
    (change: Partial<Inputs>) => act((now) => withDraft(now, { ...momentAt(now).draft, ...change })),
    [act],
  )
  const prediction = predicted?.[1]
  const selected = selectedStep(picked, prediction?.steps)
  const step = prediction?.steps[selected]
  const canBuild = prediction !== undefined && prediction.outcome !== 'unparsed'
  return (
    <Dropzone act={act} edit={edit}>
      <Header state={state} act={act} onLoad={() => setPicked(undefined)} />
      <main>
        {moment.note !== undefined && (
          <aside class="note" aria-label="What this scenario shows">
            <strong>{state.moments.find(({ id }) => id === lineOf(state))?.label}</strong> {moment.note}
          </aside>
        )}
        <div class="work">
          <Editor
            dockerfile={draft.dockerfile}
            prediction={prediction}
            all={all}
            selected={selected}
            onEdit={(dockerfile) => edit({ dockerfile })}
            onPick={setPicked}
            onBuild={canBuild ? () => act(afterBuild) : undefined}
            onImages={(change) =>
              act((now) => ({
                ...now,
                moments: now.moments.map((each) =>
                  each.id === now.at ? { ...each, images: change(each.images) } : each,
                ),
              }))
            }
          />
          <StepPanel
            step={step}
            count={prediction?.steps.length ?? 0}
            selected={selected}
            prediction={prediction}
            asked={asked}
            before={images}
            after={predicted?.[0].images ?? images}
            explanation={explanations.find(
              (each) => each.step.number === step?.number && each.step.trigger === step.trigger,
            )}
            onPick={setPicked}
            onImage={setImage}
          />
          <Files files={draft.files} error={asked.outcome === 'error' ? asked.text : undefined} edit={edit} />
          <FlagFields flags={draft.flags} prediction={prediction} onEdit={(flags) => edit({ flags })} />
        </div>
        <Images images={images} prediction={prediction} selected={image} onSelect={setImage} act={act} />
        <div class="below">
          <Timeline state={state} act={act} />
          <Engines
            all={all}
            engine={engine}
            selected={selected}
            onPick={setPicked}
            onEngine={(picked) => edit({ flags: { ...draft.flags, engine: picked } })}
          />
        </div>
      </main>
    </Dropzone>
  )
}

/** The step that was picked; without one, the first that is no hit. */
function selectedStep(picked: number | undefined, steps: readonly { readonly status: string }[] = []): number {
  if (picked !== undefined && picked < steps.length) return picked
  const first = steps.findIndex(({ status }) => status !== 'hit' && status !== 'not-cacheable')
  return first < 0 ? steps.length - 1 : first
}

/** The first moment of the line that is shown. */
function lineOf(state: State): string {
  let now = momentAt(state)
  for (;;) {
    const parent = state.moments.find(({ id }) => id === now.parent)
    if (parent === undefined) return now.id
    now = parent
  }
}
