import { cacheFrom, probe } from '../src/cache/cache.ts'
import { sameConfig } from '../src/cache/compare.ts'
import { docker17_03 } from '../src/cache/rules.ts'
import type { Config } from '../src/image/config.ts'
import { emptyStore } from '../src/store/store.ts'
import { tagImage } from '../src/store/tags.ts'
import { createImage, createImages } from '../src/store/write.ts'
import { sideBySide } from './measure.ts'
import type { Row } from './report.ts'
import { imageOf, siblingStore, stepConfig } from './workload.ts'

const decoder = new TextDecoder()

/** The floor: what a string-keyed `Map` would cost, its key built by joining the compared fields with NUL. */
function joinKey(config: Config): string {
  const keys = (map: object | undefined): string =>
    Object.keys(map ?? {})
      .sort()
      .join('\0')
  const labels = Object.entries(config.Labels ?? {})
    .sort()
    .map(([name, value]) => `${name}\0${value}`)
    .join('\0')
  return [
    config.User,
    config.Cmd?.join('\0'),
    config.Env?.join('\0'),
    config.Entrypoint?.join('\0'),
    labels,
    keys(config.ExposedPorts),
    keys(config.Volumes),
    config.Tty,
    config.AttachStdout,
    config.AttachStderr,
  ].join('\0')
}

/** Does a probe cost the same among ten siblings and among a hundred thousand? */
export function probeSiblings(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store, parent, children } = siblingStore(size)
    const [cache] = cacheFrom(store, [], docker17_03)
    const map = new Map(children.map(({ id }, n) => [joinKey(stepConfig(n + 1)), id]))
    const cold = Array.from({ length: 4096 }, (_, i) => stepConfig(((i * 7919) % size) + 1))
    const missing = stepConfig(size + 5)
    const parsed = children.map(({ raw }) => JSON.parse(decoder.decode(raw)).container_config as Config)
    let at = 0
    const times = sideBySide({
      'hit, cold': () => probe(cache, parent.id, { config: cold[at++ & 4095]! }),
      'Map, cold': () => map.get(joinKey(cold[at++ & 4095]!)),
      'hit, hot': () => probe(cache, parent.id, { config: cold[at++ & 31]! }),
      miss: () => probe(cache, parent.id, { config: missing }),
      'scan of siblings': () => parsed.find((config) => sameConfig('legacy', config, missing)),
    })
    return { question: 'probe, siblings', size, ...times, 'cold ÷ Map': times['hit, cold']! / times['Map, cold']! }
  })
}

/** Does FROM scratch cost like any other parent? */
export function probeScratch(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const [store] = createImages(
      emptyStore(),
      Array.from({ length: size }, (_, n) => imageOf(n, 0).raw),
    )
    const [cache] = cacheFrom(store, [], docker17_03)
    const steps = Array.from({ length: 32 }, (_, i) => stepConfig((i * 7919) % size))
    let at = 0
    return {
      question: 'probe, FROM scratch',
      size,
      ...sideBySide({ hit: () => probe(cache, undefined, { config: steps[at++ & 31]! }) }),
    }
  })
}

/** Does a probe against many `--cache-from` images cost like one against one? */
export function probeSources(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const base = imageOf(0, 2, 1)
    let [store] = createImage(emptyStore(), base.raw)
    const refs: string[] = []
    for (let n = 1; n <= size; n++) {
      const { id, raw } = imageOf(n, 3, 1)
      ;[store] = createImage(store, raw)
      store = tagImage(store, `app:${n}`, id)
      refs.push(`app:${n}`)
    }
    const [cache] = cacheFrom(store, refs, docker17_03)
    const missing = { config: stepConfig(size + 1) }
    return {
      question: 'probe, --cache-from images',
      size,
      ...sideBySide({ miss: () => probe(cache, base.id, missing) }),
    }
  })
}
