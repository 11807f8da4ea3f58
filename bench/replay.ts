import { cacheFrom, createImages, docker20, emptyStore, probe, setParent } from 'layerfold'
import { generateHistory } from '../examples/benchmark-replay/history.ts'
import { type Asked, askAgain, lookUps } from '../examples/benchmark-replay/probes.ts'
import { policies, replay } from '../examples/benchmark-replay/replay.ts'
import { sideBySide } from './measure.ts'
import type { Row } from './report.ts'
import { imageOf, stepConfig } from './workload.ts'

/** What does the benchmark replay's loop add to a probe? Its own look-ups, and in turn a bare one among a thousand siblings, warm. */
export function replayedProbes(): Row[] {
  let asked: readonly Asked[] = []
  replay(generateHistory(1, 200), policies[0]!, 'docker20', (sources, steps, images) => {
    asked = lookUps(images, sources, 'docker20', steps)
  })
  const parent = imageOf(0, 3)
  const children = Array.from({ length: 1000 }, (_, n) => imageOf(n + 1, 4))
  let [store] = createImages(emptyStore(), [parent.raw, ...children.map(({ raw }) => raw)])
  for (const { id } of children) [store] = setParent(store, id, parent.id)
  const [cache] = cacheFrom(store, [], docker20)
  const steps = Array.from({ length: 32 }, (_, n) => ({ config: stepConfig(n + 1) }))
  const count = 1000
  if (askAgain(asked, count) !== count) throw new Error('a look-up of a finished build hits')
  let at = 0
  const times = sideBySide({
    replayed: () => askAgain(asked, count),
    bare: () => probe(cache, parent.id, steps[at++ & 31]!),
  })
  const replayed = times['replayed']! / count
  const bare = times['bare']!
  return [
    {
      question: 'replay: one probe, microseconds',
      size: asked.length,
      replayed,
      bare,
      'replayed ÷ bare': replayed / bare,
      'replayed, a second': Math.round(1e6 / replayed),
    },
  ]
}
