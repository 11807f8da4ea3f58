import { cacheFrom, probe } from '../src/cache/cache.ts'
import { docker17_03 } from '../src/cache/rules.ts'
import { sha256Hex } from '../src/digest/sha256.ts'
import { contextOf, type Files } from '../src/dockerfile/context.ts'
import { parseDockerfile } from '../src/dockerfile/parse.ts'
import { engines } from '../src/predict/engines.ts'
import { predict } from '../src/predict/predict.ts'
import { tagImage } from '../src/store/tags.ts'
import { sideBySide } from './measure.ts'
import type { Row } from './report.ts'
import { siblingStore } from './workload.ts'

/** Does a whole warm Dockerfile cost about what its bare probes cost? Forty steps, all hits, among `size` other images. */
export function predictWarm(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store, parent } = siblingStore(size)
    const lines = Array.from({ length: 40 }, (_, n) =>
      n % 4 === 0 ? `ENV STEP_${n}=${n}` : `RUN make step-${n} --all`,
    )
    const request = { engine: 'docker17_03', dockerfile: ['FROM base', ...lines].join('\n') } as const
    const [state] = predict({ images: tagImage(store, 'base', parent.id) }, request)
    const [, { steps }] = predict(state, request)
    const hits = steps.filter(({ status }) => status === 'hit')
    if (hits.length !== lines.length) throw new Error(`${hits.length} of ${lines.length} steps hit`)
    const [cache] = cacheFrom(state.images, [], docker17_03)
    const read = { ...request, dockerfile: parseDockerfile(request.dockerfile, engines.docker17_03.grammar) }
    const times = sideBySide({
      predict: () => predict(state, request),
      'of a file read before': () => predict(state, read),
      'bare probes': () => hits.map((step) => probe(cache, step.parent, { config: step.config })),
    })
    const ratio = (name: string): number => times[name]! / times['bare probes']!
    return {
      question: 'predict, 40 warm steps, microseconds',
      size,
      ...times,
      'predict ÷ probes': ratio('predict'),
      'read before ÷ probes': ratio('of a file read before'),
    }
  })
}

/** Does a context hash as fast as its bytes alone? */
export function contextHashing(count: number): Row[] {
  const bytes = Uint8Array.from({ length: 8000 }, (_, n) => n % 251)
  const files: Files = Object.fromEntries(Array.from({ length: count }, (_, n) => [`src/file-${n}.js`, bytes]))
  const times = sideBySide(
    {
      context: () => contextOf(files),
      'bytes alone': () => {
        for (let n = 0; n < count; n++) sha256Hex(bytes)
      },
    },
    { samples: 5 },
  )
  const milliseconds = { context: times['context']! / 1000, 'bytes alone': times['bytes alone']! / 1000 }
  const speed = times['bytes alone']! / times['context']!
  return [
    {
      question: 'context of files of 8 kB, milliseconds',
      size: count,
      ...milliseconds,
      'speed, context ÷ bytes': speed,
    },
  ]
}
