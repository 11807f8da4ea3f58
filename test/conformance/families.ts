import { replayCache } from './cache.ts'
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
  const replay = FAMILIES[String(json['family'])]
  if (replay === undefined) throw new Error(`${path}: unknown family ${JSON.stringify(json['family'])}`)
  return replay
}
