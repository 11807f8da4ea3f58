import { grammarBuildah } from '../buildah/build.ts'
import { buildkit, buildkit0_11 } from '../buildkit/engines.ts'
import type { BuildkitBuilder } from '../buildkit/request.ts'
import type { RuleSetName } from '../cache/rules.ts'
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
import type { Grammar } from '../dockerfile/grammar.ts'

/** The classic builders by name: those of the cache's rule sets. */
export const engines: Readonly<Record<ClassicName, ClassicBuilder>> = {
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

export type ClassicName = RuleSetName

/** The BuildKit releases by name: as dockerd 20.10 has it, and since 0.11, which no recording verifies. */
export const buildkits: Readonly<Record<BuildkitName, BuildkitBuilder>> = { buildkit, buildkit0_11 }

export type BuildkitName = 'buildkit' | 'buildkit0_11'

export type EngineName = ClassicName | BuildkitName | 'buildah'

export const engineNames: readonly EngineName[] = /* @__PURE__ */ namesOf(engines, buildkits)

function namesOf(...maps: readonly object[]): readonly EngineName[] {
  return [...maps.flatMap((map) => Object.keys(map) as EngineName[]), 'buildah']
}

/** How the engine reads Dockerfiles. */
export function grammarOf(engine: EngineName): Grammar {
  if (engine === 'buildah') return grammarBuildah
  return isBuildkitName(engine) ? buildkits[engine].grammar : engines[engine].grammar
}

export function isEngineName(text: string): text is EngineName {
  return (engineNames as readonly string[]).includes(text)
}

export function isClassicName(text: string): text is ClassicName {
  return Object.hasOwn(engines, text)
}

export function isBuildkitName(text: string): text is BuildkitName {
  return Object.hasOwn(buildkits, text)
}
