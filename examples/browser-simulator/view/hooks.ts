import type { ImageStore } from 'layerfold'
import { explain, type StepExplanation } from 'layerfold/explain'
import { type BuildState, type Prediction, predict } from 'layerfold/predict'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Asked, contextIn } from '../model/ask.ts'
import { shownEngines } from '../model/engines.ts'
import type { Inputs } from '../model/state.ts'

export type Predicted = readonly [after: BuildState, prediction: Prediction]

/** With each keystroke, before it is painted. */
export function usePrediction(images: ImageStore, asked: Asked): Predicted | undefined {
  return useMemo(() => (asked.outcome === 'request' ? predict({ images }, asked.request) : undefined), [images, asked])
}

/** Why each step is no hit: looked for when the typing rests, for it looks at every sibling. */
export function useExplanations(
  images: ImageStore,
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
      setFound(explain({ images }, asked.request, predicted, options))
    }, REST)
    return () => clearTimeout(timer)
  }, [images, asked, predicted, built])
  return found
}

/** What every engine says, one after the other when the typing rests, so that no keystroke waits for it. */
export function useAllEngines(images: ImageStore, asked: Asked): readonly Prediction[] {
  const [all, setAll] = useState<readonly Prediction[]>([])
  useEffect(() => {
    if (asked.outcome !== 'request') return setAll([])
    const { request } = asked
    let found: readonly Prediction[] = []
    const next = (): void => {
      found = [...found, predict({ images }, { ...request, engine: shownEngines[found.length]! })[1]]
      if (found.length < shownEngines.length) timer = setTimeout(next)
      else setAll(found)
    }
    let timer = setTimeout(next, REST)
    return () => clearTimeout(timer)
  }, [images, asked])
  return all
}

const REST = 120
