import type { Generation } from '../image/generation.ts'
import { shape1_13, shape20_10, shape25, shape26, shape29 } from '../image/generations.ts'
import {
  type PlatformMatch,
  platformOrLower,
  platformOrLowerMinor,
  platformWithFeatures,
  samePlatform,
} from '../image/platform.ts'
import type { ComparedFields } from './compare.ts'

/** What one Docker generation answers to the questions of a cache look-up. A copy with one answer changed is another rule set. */
export interface RuleSet {
  readonly name: string
  readonly cache: CacheRules
  /** How images are written and read. */
  readonly shape: Generation
  /** How a builder's platform takes an image's (spec 7.3); `undefined` where it is not asked. */
  readonly platform: PlatformMatch | undefined
}

export interface CacheRules {
  /** Spec 6. */
  readonly compared: ComparedFields
  /** Only images that were built here can be local hits (CVE-2024-24557, spec 7.2). */
  readonly builtLocally: boolean
  /** A parent may have as many layers as the source; `fewer` is the bug of 1.13 (moby#31186, spec 7.6). */
  readonly parentLayers: 'fewer' | 'no-more'
  /** Which image the text of a failed restore names (spec 7.8). */
  readonly restoreError: 'source' | 'restored'
}

/** 1.13.0 and 1.13.1: moby 690882c2e7. */
export const docker1_13: RuleSet = {
  name: 'docker1_13',
  cache: { compared: 'legacy', builtLocally: false, parentLayers: 'fewer', restoreError: 'source' },
  shape: shape1_13,
  platform: undefined,
}

/** 17.03 … 20.10, and 23.0 and 24.0 before their security releases. */
export const docker17_03: RuleSet = {
  name: 'docker17_03',
  cache: { compared: 'legacy', builtLocally: false, parentLayers: 'no-more', restoreError: 'source' },
  shape: shape20_10,
  platform: undefined,
}

/** The same rules by their best-known name. */
export const docker20: RuleSet = docker17_03

const fixed: CacheRules = { compared: 'full', builtLocally: true, parentLayers: 'no-more', restoreError: 'source' }

/** 23.0.10 and later of that line: the fixed cache, images as before. */
export const docker23_0_10: RuleSet = {
  name: 'docker23_0_10',
  cache: fixed,
  shape: shape20_10,
  platform: platformOrLower,
}

/** 24.0.9. */
export const docker24_0_9: RuleSet = { name: 'docker24_0_9', cache: fixed, shape: shape20_10, platform: samePlatform }

/** 25.0.0 and 25.0.1: images as in 25.0, the cache not yet fixed. */
export const docker25_0_0: RuleSet = {
  name: 'docker25_0_0',
  cache: docker17_03.cache,
  shape: shape25,
  platform: undefined,
}

/** 25.0.3 … 25.0.17. With `platform: samePlatform` it is 25.0.2. */
export const docker25: RuleSet = { name: 'docker25', cache: fixed, shape: shape25, platform: platformOrLower }

const fixed26: CacheRules = { compared: 'full', builtLocally: true, parentLayers: 'no-more', restoreError: 'restored' }

/** 26.0 … 28.5. */
export const docker26: RuleSet = { name: 'docker26', cache: fixed26, shape: shape26, platform: platformOrLowerMinor }

/** 29.0 … 29.4. */
export const docker29: RuleSet = { name: 'docker29', cache: fixed26, shape: shape29, platform: platformWithFeatures }

/** 29.5 and later: the text of HEALTHCHECK steps is another. */
export const docker29_5: RuleSet = {
  name: 'docker29_5',
  cache: fixed26,
  shape: shape29,
  platform: platformWithFeatures,
}

export type RuleSetName =
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

/** All of them by name. A page that imports one by its own export does without the others. */
export const rules: Readonly<Record<RuleSetName, RuleSet>> = {
  docker1_13,
  docker17_03,
  docker20,
  docker23_0_10,
  docker24_0_9,
  docker25_0_0,
  docker25,
  docker26,
  docker29,
  docker29_5,
}
