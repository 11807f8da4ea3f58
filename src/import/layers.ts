import { LayerfoldError } from '../errors.ts'
import { chainID, type DiffID } from '../image/rootfs.ts'
import { type Trie, trieDelete } from '../persistent/trie.ts'
import { type ImageStore, withFields } from '../store/store.ts'
import { getFile, type Members, malformed } from './members.ts'

/**
 * Checks the members against the config's diff ids: as many, and each with that digest once decompressed. `skip` checks that they are there.
 * Throws `archive-malformed`, `archive-digest-mismatch`.
 */
export function checkLayers(
  members: Members,
  config: string,
  layers: readonly string[],
  diffIDs: readonly DiffID[],
  check: 'verify' | 'skip',
): void {
  if (layers.length !== diffIDs.length) {
    throw malformed(config, `layers length mismatch: expected ${layers.length}, got ${diffIDs.length}`) // moby's words
  }
  for (const [index, diffID] of diffIDs.entries()) {
    const [name, file] = getFile(members, layers[index]!)
    if (check === 'skip' || file.diffID === diffID) continue
    if (file.fault !== undefined) throw malformed(name, `its gzip stream is broken: ${file.fault}`)
    if (file.compression !== 'none' && file.compression !== 'gzip') {
      throw malformed(name, `is compressed with ${file.compression}, which is not supported`)
    }
    throw new LayerfoldError('archive-digest-mismatch', {
      where: name,
      expected: diffID,
      actual: file.diffID ?? 'unknown',
    })
  }
}

/** The same store, in which that stack of layers exists, and with it every stack below. */
export function withLayers(store: ImageStore, diffIDs: readonly DiffID[]): ImageStore {
  let missing: Trie<string, true> = store.missingLayers
  let chain: string | undefined
  for (const diffID of missing.size === 0 ? [] : diffIDs) {
    chain = chainID({ diffIDs: chain === undefined ? [diffID] : [chain as DiffID, diffID] })
    if (chain !== undefined) missing = trieDelete(missing, chain)
  }
  return missing === store.missingLayers ? store : withFields(store, { missingLayers: missing })
}
