import { like } from '../image/like.ts'
import type { Kind } from './instruction.ts'

/** How a Docker generation reads Dockerfiles. Plain data: a copy with one answer changed is another grammar. */
export interface Grammar {
  readonly name: string
  /** How faults of one instruction are told: bare (1.13), after `dockerfile parse error line 3: ` (to 20.10), or `… error on line 3: `. */
  readonly faults: 'bare' | 'line' | 'on-line'
  /** What the daemon prints of a step: its words as understood (1.13), or the line as written. */
  readonly steps: 'words' | 'line'
  /** Parser directives at the top. Only `escape` does anything here. */
  readonly directives: readonly string[]
  /** Whether an escaped escape token at the end of a line continues it (1.13). */
  readonly continuation: 'any' | 'unescaped'
  /** What takes the next character of a flag literally: the backslash, or the escape token. */
  readonly flagEscape: 'backslash' | 'token'
  /** Wording of flag errors: `Unknown flag: x`, `unknown flag: x`, `unknown flag: --x`. The last two propose a name that is near. */
  readonly flagErrors: 'capital' | 'lower' | 'dashed'
  /** `<name>?` is a switch: its value may be left out. HEALTHCHECK NONE, ARG and STOPSIGNAL never look at theirs. */
  readonly flags: Readonly<Partial<Record<Kind, readonly string[]>>>
  /** Whether text after a JSON list is ignored, or makes it no list (moby/buildkit#5107). */
  readonly jsonArgs: 'lenient' | 'strict'
  /** `FROM … AS name`, and ARG before the first FROM. */
  readonly namedStages: boolean
  readonly severalArgs: boolean
  /** What `ENTRYPOINT []` leaves: an empty list (1.13), or nil. */
  readonly emptyEntrypoint: 'list' | 'nil'
  /** Least durations and retries of HEALTHCHECK; `zero-or-1ms` takes 0 as not given (moby/buildkit#3092). */
  readonly leastHealth: 'positive' | '1ms' | 'zero-or-1ms'
  readonly heredocs: boolean
  readonly expansion: Expansion
}

/**
 * What `${…}` can do. `1.13`: `:-` `:+`, and an open brace ends with the word. `20.10`: also `:?` and `?`. `25`: also `-` and `+`.
 * `28`: also the patterns `#` `%` `/`.
 */
export type Expansion = '1.13' | '20.10' | '25' | '28'

/** 1.12 … 17.04 without named stages: moby 690882c2e7 … 1.13.1. */
export const grammar1_13: Grammar = {
  name: 'grammar1_13',
  faults: 'bare',
  steps: 'words',
  directives: ['escape'],
  continuation: 'any',
  flagEscape: 'backslash',
  flagErrors: 'capital',
  flags: { HEALTHCHECK: ['interval', 'timeout', 'retries'] },
  jsonArgs: 'lenient',
  namedStages: false,
  severalArgs: false,
  emptyEntrypoint: 'list',
  leastHealth: 'positive',
  heredocs: false,
  expansion: '1.13',
}

/** 20.10: the parser of buildkit 0.8. */
export const grammar20_10: Grammar = /* @__PURE__ */ like(grammar1_13, {
  name: 'grammar20_10',
  faults: 'line',
  steps: 'line',
  directives: ['escape', 'syntax'],
  continuation: 'unescaped',
  flags: {
    FROM: ['platform'],
    ADD: ['chown', 'chmod'],
    COPY: ['chown', 'from', 'chmod'],
    RUN: ['mount'],
    HEALTHCHECK: ['interval', 'timeout', 'start-period', 'retries'],
  },
  namedStages: true,
  severalArgs: true,
  emptyEntrypoint: 'nil',
  leastHealth: '1ms',
  expansion: '20.10',
})

/** 25.0 … 27.1: buildkit 0.12 … 0.14. */
export const grammar25: Grammar = /* @__PURE__ */ like(grammar20_10, {
  name: 'grammar25',
  faults: 'on-line',
  flagErrors: 'lower',
  flags: {
    FROM: ['platform'],
    ADD: ['chown', 'chmod', 'link?', 'keep-git-dir?', 'checksum'],
    COPY: ['chown', 'from', 'chmod', 'link?'],
    RUN: ['mount', 'network'],
    HEALTHCHECK: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
  },
  leastHealth: 'zero-or-1ms',
  heredocs: true,
  expansion: '25',
})

/** 27.2 … 28.5: buildkit 0.15 and later. */
export const grammar28: Grammar = /* @__PURE__ */ like(grammar25, {
  name: 'grammar28',
  directives: ['escape', 'syntax', 'check'],
  flagEscape: 'token',
  jsonArgs: 'strict',
  expansion: '28',
})

/** 29. */
export const grammar29: Grammar = /* @__PURE__ */ like(grammar28, {
  name: 'grammar29',
  flagErrors: 'dashed',
  flags: { ...grammar28.flags, RUN: ['mount', 'network', 'security'] },
})
