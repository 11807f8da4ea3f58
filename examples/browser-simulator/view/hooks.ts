import type { ImageStore } from 'layerfold'
import { explain, type StepExplanation } from 'layerfold/explain'
import { type EngineState, type Prediction, predict } from 'layerfold/predict'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Asked, contextIn } from '../model/ask.ts'
import { beforeOf } from '../model/before.ts'
import { shownEngines } from '../model/engines.ts'
import type { Inputs } from '../model/state.ts'

export type Predicted = readonly [after: EngineState, prediction: Prediction]

/** With each keystroke, before it is painted. */
export function usePrediction(before: EngineState, asked: Asked): Predicted | undefined {
  return useMemo(() => (asked.outcome === 'request' ? predict(before, asked.request) : undefined), [before, asked])
}

/** Why each step is no hit: looked for when the typing rests, for it looks at every sibling. */
export function useExplanations(
  before: EngineState,
  asked: Asked,
  predicted: Predicted | undefined,
  built: Inputs,
): readonly StepExplanation[] {
  const [found, setFound] = useState<readonly StepExplanation[]>([])
  useEffect(() => {
    const timer = setTimeout(() => {
      if (asked.outcome !== 'request' || predicted === undefined) return setFound([])
      const previous = contextIn(built.files, built.dockerfile)
      const options = 'context' in previous ? { previousContext: previous.context } : {}
      setFound(explain(before, asked.request, predicted, options))
    }, REST)
    return () => clearTimeout(timer)
  }, [before, asked, predicted, built])
  return found
}

/** What every engine says, one after the other when the typing rests, so that no keystroke waits for it. */
export function useAllEngines(images: ImageStore, asked: Asked, built: Inputs): readonly Prediction[] {
  const [all, setAll] = useState<readonly Prediction[]>([])
  useEffect(() => {
    if (asked.outcome !== 'request') return setAll([])
    const { request } = asked
    let found: readonly Prediction[] = []
    const next = (): void => {
      const engine = shownEngines[found.length]!
      found = [...found, predict(beforeOf(images, built, engine), { ...request, engine })[1]]
      if (found.length < shownEngines.length) timer = setTimeout(next)
      else setAll(found)
    }
    let timer = setTimeout(next, REST)
    return () => clearTimeout(timer)
  }, [images, asked, built])
  return all
}

const REST = 120
