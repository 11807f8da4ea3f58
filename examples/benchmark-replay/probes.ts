import { type BuildCache, cacheFrom, type ImageStore, probe, type RuleSetName, rules, type Step } from 'layerfold'
import type { PredictedStep } from 'layerfold/predict'

/** One look-up, as a build makes it. */
export interface Asked {
  readonly cache: BuildCache
  readonly parent: string | undefined
  readonly step: Step
}

const HOST = { os: 'linux', architecture: 'amd64' }

/** The look-ups of a build, to be asked again when it has left its images. */
export function lookUps(
  images: ImageStore,
  sources: readonly string[],
  engine: RuleSetName,
  steps: readonly PredictedStep[],
): readonly Asked[] {
  const [cache] = cacheFrom(images, sources, rules[engine])
  return steps
    .filter(({ config }) => config !== undefined)
    .map(({ parent, config }) => ({ cache, parent, step: { config, platform: HOST } }))
}

/** Asks so many, one after the other and again from the first. Gives how many hit. */
export function askAgain(asked: readonly Asked[], count: number): number {
  let hits = 0
  for (let n = 0; n < count; n++) {
    const { cache, parent, step } = asked[n % asked.length]!
    const [, { outcome }] = probe(cache, parent, step)
    if (outcome === 'hit') hits++
  }
  return hits
}
