import { cacheFrom, probe } from '../src/cache/cache.ts'
import { docker17_03 } from '../src/cache/rules.ts'
import { sideBySide } from './measure.ts'
import { measureMoby } from './peers/moby.ts'
import type { Row } from './report.ts'
import { siblingStore, stepConfig } from './workload.ts'

/** How much faster than moby's own probe, file backend as in the daemon, with the same winner? */
export function mobyBesideUs(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store, parent, children } = siblingStore(size)
    const [cache] = cacheFrom(store, [], docker17_03)
    const config = stepConfig((size >> 1) + 1)
    const text = ({ raw }: { raw: Uint8Array }): string => new TextDecoder().decode(raw)
    const moby = measureMoby({ parent: text(parent), children: children.map(text), probe: config })
    if (!moby.measured) return { question: `moby beside us: not measured: ${moby.why}`, size }
    const [, ours] = probe(cache, parent.id, { config })
    if (ours.outcome !== 'hit' || ours.image !== moby.winner)
      throw new Error(`moby's winner is ${moby.winner}, ours ${JSON.stringify(ours)}`)
    const times = sideBySide({ ours: () => probe(cache, parent.id, { config }) }, { milliseconds: 100 }) // moby has warmed up as long
    const theirs = moby.nanoseconds.median / 1000
    return {
      question: 'moby 20.10, file backend, beside us: same winner',
      size,
      ...times,
      moby: theirs,
      'times faster': Math.round(theirs / times['ours']!),
    }
  })
}
