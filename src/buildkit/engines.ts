import { grammar20_10, grammar25 } from '../dockerfile/grammar.ts'
import type { BuildkitBuilder } from './request.ts'

/** BuildKit as dockerd 20.10 embeds it (eeb7b65ab7d6, an 0.8): recorded from a running daemon. */
export const buildkit: BuildkitBuilder = {
  name: 'buildkit',
  grammar: grammar20_10,
  owners: false,
  workdir: 'as-written',
}

/** BuildKit 0.11 and later, as rules 11 has it from the sources: no recording verifies it. */
export const buildkit0_11: BuildkitBuilder = {
  name: 'buildkit0_11',
  grammar: grammar25,
  owners: true,
  workdir: 'cleaned',
}
