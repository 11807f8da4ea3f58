import { probe } from 'layerfold'
import { generateHistory } from '../examples/benchmark-replay/history.ts'
import { type Asked, askAgain, lookUps } from '../examples/benchmark-replay/probes.ts'
import { policies, replay } from '../examples/benchmark-replay/replay.ts'
import { sideBySide } from './measure.ts'
import type { Row } from './report.ts'

/**
 * What does the benchmark replay add to a probe? Its loop over the look-ups of the last build, beside the same ones bare; and a step of the replay itself, which
 * hashes the context, predicts, and makes the images of what missed. Microseconds.
 */
export function replayedProbes(): Row[] {
  const history = generateHistory(1, 20)
  let asked: readonly Asked[] = []
  const run = (): number =>
    replay(history, policies[0]!, 'docker20', (sources, steps, images) => {
      asked = lookUps(images, sources, 'docker20', steps)
    }).steps
  const steps = run()
  const count = 1000
  if (askAgain(asked, count) !== count) throw new Error('a look-up of a finished build misses')
  const last = asked
  let at = 0
  const times = sideBySide({
    step: run,
    loop: () => askAgain(last, count),
    bare: () => {
      const { cache, parent, step } = last[at++ % last.length]!
      return probe(cache, parent, step)
    },
  })
  const [again, bare] = [times['loop']! / count, times['bare']!]
  return [
    {
      question: 'replay: microseconds',
      size: last.length,
      'asked again': again,
      bare,
      'again ÷ bare': again / bare,
      'again, a second': Math.round(1e6 / again),
      'a step replayed': times['step']! / steps,
    },
  ]
}
