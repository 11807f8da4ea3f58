import { type EngineName, engineNames, isEngineName } from 'layerfold/predict'

/** The releases that each engine stands for, as people know them. */
const RELEASES: Readonly<Record<EngineName, string>> = {
  docker1_13: '1.13',
  docker17_03: '17.03 – 23.0.9',
  docker20: '20.10 (17.03 – 23.0.9)',
  docker23_0_10: '23.0.10 +',
  docker24_0_9: '24.0.9',
  docker25_0_0: '25.0.0 – 25.0.1',
  docker25: '25.0.3 +',
  docker26: '26 – 28',
  docker29: '29.0 – 29.4',
  docker29_5: '29.5 +',
  buildkit: 'BuildKit of 20.10',
  buildkit0_11: 'BuildKit 0.11 +',
  buildah: 'Buildah 1.28',
}

export function releasesOf(engine: string): string {
  return isEngineName(engine) ? RELEASES[engine] : engine
}

/** `docker20` is `docker17_03` by another name. */
export const shownEngines: readonly EngineName[] = engineNames.filter((name) => name !== 'docker17_03')
