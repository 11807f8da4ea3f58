import {
  docker1_13,
  docker17_03,
  docker23_0_10,
  docker24_0_9,
  docker25,
  docker25_0_0,
  docker26,
  docker29,
  docker29_5,
} from '../cache/rules.ts'
import { grammar1_13, grammar20_10, grammar25, grammar28, grammar29 } from '../dockerfile/grammar.ts'
import { like } from '../image/like.ts'
import { proxies20_10, proxies23 } from './build-args.ts'
import type { ClassicBuilder } from './builder.ts'

/** The classic builders, one for each rule set of the cache, under the same names (spec 8.12). */

export const classic1_13: ClassicBuilder = {
  rules: docker1_13,
  grammar: grammar1_13,
  missLasts: 'build',
  comments: 'bracketed',
  afterChown: '',
  healthcheck: 'quoted',
  proxies: proxies20_10,
  proxiesCount: true,
  runEntrypoint: 'kept',
  argsEscaped: true,
  everythingInContainers: true,
  workdir: 'as-written',
  madeDirectory: 'cleaned',
  linksInDirectories: 'own',
}

export const classic17_03: ClassicBuilder = {
  rules: docker17_03,
  grammar: grammar20_10,
  missLasts: 'stage',
  comments: 'plain',
  afterChown: '',
  healthcheck: 'quoted-with-start-period',
  proxies: proxies20_10,
  proxiesCount: false,
  runEntrypoint: 'none',
  argsEscaped: false,
  everythingInContainers: false,
  workdir: 'as-written',
  madeDirectory: 'cleaned',
  linksInDirectories: 'followed',
}

export const classic23_0_10: ClassicBuilder = /* @__PURE__ */ like(classic17_03, {
  rules: docker23_0_10,
  proxies: proxies23,
})

export const classic24_0_9: ClassicBuilder = /* @__PURE__ */ like(classic23_0_10, { rules: docker24_0_9 })

export const classic25_0_0: ClassicBuilder = /* @__PURE__ */ like(classic23_0_10, {
  rules: docker25_0_0,
  grammar: grammar25,
  afterChown: ' ',
  healthcheck: 'quoted-with-start-interval',
})

/** 25.0.6 and later of that line; before it, `madeDirectory` is still `cleaned`. */
export const classic25: ClassicBuilder = /* @__PURE__ */ like(classic25_0_0, {
  rules: docker25,
  madeDirectory: 'as-written',
})

/** 28.5; before it, absolute WORKDIR paths are still taken as written. */
export const classic26: ClassicBuilder = /* @__PURE__ */ like(classic25, {
  rules: docker26,
  grammar: grammar28,
  workdir: 'cleaned',
})

export const classic29: ClassicBuilder = /* @__PURE__ */ like(classic26, { rules: docker29, grammar: grammar29 })

export const classic29_5: ClassicBuilder = /* @__PURE__ */ like(classic29, { rules: docker29_5, healthcheck: 'named' })
