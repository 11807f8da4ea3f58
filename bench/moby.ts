import { cacheFrom, probe } from '../src/cache/cache.ts'
import { docker17_03 } from '../src/cache/rules.ts'
import { emptyStore } from '../src/store/store.ts'
import { createImages, setParent } from '../src/store/write.ts'
import { sideBySide } from './measure.ts'
import { measureMoby } from './peers/moby.ts'
import type { Row } from './report.ts'
import { imageOf, stepConfig } from './workload.ts'

/** How much faster than moby's own probe, file backend as in the daemon, with the same winner? */
export function mobyBesideUs(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const parent = imageOf(0, 3)
    const children = Array.from({ length: size }, (_, n) => imageOf(n + 1, 4))
    let [store] = createImages(emptyStore(), [parent.raw, ...children.map(({ raw }) => raw)])
    for (const { id } of children) [store] = setParent(store, id, parent.id)
    const [cache] = cacheFrom(store, [], docker17_03)
    const config = stepConfig((size >> 1) + 1)
    const text = ({ raw }: { raw: Uint8Array }): string => new TextDecoder().decode(raw)
    const moby = measureMoby({ parent: text(parent), children: children.map(text), probe: config })
    if (!moby.measured) return { question: `moby beside us: not measured: ${moby.why}`, size }
    const [, ours] = probe(cache, parent.id, { config })
    if (ours.outcome !== 'hit' || ours.image !== moby.winner)
      throw new Error(`moby's winner is ${moby.winner}, ours ${JSON.stringify(ours)}`)
    const times = sideBySide({ ours: () => probe(cache, parent.id, { config }) })
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
