import type { ClassicBuilder } from '../classic/builder.ts'
import {
  classic1_13,
  classic17_03,
  classic23_0_10,
  classic24_0_9,
  classic25,
  classic25_0_0,
  classic26,
  classic29,
  classic29_5,
} from '../classic/engines.ts'

/** The builders by name: those of the cache's rule sets. */
export const engines: Readonly<Record<EngineName, ClassicBuilder>> = {
  docker1_13: classic1_13,
  docker17_03: classic17_03,
  docker20: classic17_03,
  docker23_0_10: classic23_0_10,
  docker24_0_9: classic24_0_9,
  docker25_0_0: classic25_0_0,
  docker25: classic25,
  docker26: classic26,
  docker29: classic29,
  docker29_5: classic29_5,
}

export type EngineName =
  | 'docker1_13'
  | 'docker17_03'
  | 'docker20'
  | 'docker23_0_10'
  | 'docker24_0_9'
  | 'docker25_0_0'
  | 'docker25'
  | 'docker26'
  | 'docker29'
  | 'docker29_5'

export function isEngineName(text: string): text is EngineName {
  return Object.hasOwn(engines, text)
}
