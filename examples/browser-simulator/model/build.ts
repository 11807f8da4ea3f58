/** "Build": what is predicted becomes what is there. */
import { emptyStore, type ImageStore, tagImage } from 'layerfold'
import { type EngineState, type Prediction, predict } from 'layerfold/predict'
import { ask } from './ask.ts'
import { beforeOf } from './before.ts'
import { type Inputs, momentAt, type State, withNext } from './state.ts'
import { reuse } from './verdicts.ts'

const NO_IMAGES = emptyStore()

/** The store after the build, the image tagged as asked. A tag that is none is left out, as `tagFault` says beforehand. */
export function build(before: EngineState, inputs: Inputs): [next: ImageStore, prediction: Prediction | undefined] {
  const asked = ask(inputs)
  if (asked.outcome === 'error') return [before.images, undefined]
  const [next, prediction] = predict(before, asked.request)
  const { tag } = inputs.flags
  if (prediction.image === undefined || tag.trim() === '' || tagFault(tag) !== undefined)
    return [next.images, prediction]
  return [tagImage(next.images, tag.trim(), prediction.image), prediction]
}

/** Why a name cannot be given, in the daemon's words. */
export function tagFault(tag: string): string | undefined {
  if (tag.trim() === '') return undefined
  try {
    tagImage(NO_IMAGES, tag.trim(), `sha256:${'0'.repeat(64)}` as Parameters<typeof tagImage>[2])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*reason: (.*)\)$/, '$1') : String(error)
  }
}

/** One moment further: built as predicted. */
export function afterBuild(state: State): State {
  const { images, built, draft } = momentAt(state)
  const [next, prediction] = build(beforeOf(images, built, draft.flags.engine), draft)
  if (prediction === undefined || prediction.outcome === 'unparsed') return state
  const { hits, of } = reuse(prediction)
  const label = prediction.outcome === 'built' ? `Build, ${hits} of ${of} reused` : 'Build that failed'
  return withNext(state, { label, images: next, built: draft })
}
