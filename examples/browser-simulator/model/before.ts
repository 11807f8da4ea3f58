/** What an engine has before a build. The images are everybody's; BuildKit's keys and Buildah's own images are those of the last build, had they done it. */
import type { ImageStore } from 'layerfold'
import { type EngineName, type EngineState, isClassicName, predict } from 'layerfold/predict'
import { ask } from './ask.ts'
import type { Inputs } from './state.ts'

interface Known {
  readonly images: ImageStore
  readonly state: EngineState
}

/** Built once for each build and engine, not with each keystroke. */
const known = new WeakMap<Inputs, Map<EngineName, Known>>()

export function beforeOf(images: ImageStore, built: Inputs, engine: EngineName): EngineState {
  if (isClassicName(engine)) return { images }
  const ofBuild = known.get(built) ?? new Map<EngineName, Known>()
  known.set(built, ofBuild)
  const found = ofBuild.get(engine)
  if (found?.images === images) return found.state
  const asked = ask(built)
  const state = asked.outcome === 'error' ? { images } : predict({ images }, { ...asked.request, engine })[0]
  ofBuild.set(engine, { images, state })
  return state
}
