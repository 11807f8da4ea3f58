import { replayBuildah } from './buildah.ts'
import { replayBuilder } from './builder.ts'
import { replayBuildkit, replayDigests } from './buildkit.ts'
import { replayCache } from './cache.ts'
import { replayCorpus } from './corpus.ts'
import { replayStore } from './store.ts'
import { replayChainID, replayCompare, replayMarshal, replayPlatform } from './values.ts'
import type { Recording, Replay } from './vector.ts'

const FAMILIES: Readonly<Record<string, Replay>> = {
  compare: replayCompare,
  platform: replayPlatform,
  chainid: replayChainID,
  marshal: replayMarshal,
  store: replayStore,
  cache: replayCache,
}

/** The replay of a recording's family. An unknown family is an error, not a pass. */
export function replayFor({ path, json }: Recording): Replay {
  const replay = FAMILIES[String(json['family'])] ?? familyByShape(json)
  if (replay === undefined) throw new Error(`${path}: unknown family ${JSON.stringify(json['family'])}`)
  return replay
}

const ENGINES: Readonly<Record<string, Replay>> = { buildkit: replayBuildkit, buildah: replayBuildah }

/** Families that do not name themselves. */
function familyByShape(json: Recording['json']): Replay | undefined {
  if (Array.isArray(json)) return 'op_digest' in (json[0] ?? {}) ? replayDigests : undefined
  if ('engine' in json) return ENGINES[String(json['engine'])]
  if ('scenario' in json) return replayCorpus
  return 'cases' in json && 'note' in json ? replayBuilder : undefined
}
