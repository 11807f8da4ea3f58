import { emptyKeys } from '../src/buildkit/keys.ts'
import { operationDigest, recordDigest } from '../src/buildkit/operation-digest.ts'
import type { OperationToRun } from '../src/buildkit/request.ts'
import { contextOf } from '../src/dockerfile/context.ts'
import { trieEntries } from '../src/persistent/trie.ts'
import { type EngineState, predict } from '../src/predict/predict.ts'
import { emptyStore } from '../src/store/store.ts'
import { tagImage } from '../src/store/tags.ts'
import { createImage } from '../src/store/write.ts'
import { sideBySide } from './measure.ts'
import type { Row } from './report.ts'

const STAGES = 6
const STEPS = 40

/** A Dockerfile of 40 steps in 6 stages, each of which the last one needs. */
function dockerfileOf(version: number): string {
  const lines = Array.from({ length: STAGES }, (_, stage) => [
    `FROM base AS s${stage}`,
    ...(stage < STAGES - 1
      ? Array.from({ length: 6 }, (_, n) => `RUN make part-${stage}-${n} VERSION=${version}`)
      : Array.from({ length: STAGES - 1 }, (_, from) => `COPY --from=s${from} /out /in/${from}`)),
  ])
  return lines.flat().join('\n')
}

/** Does a whole warm prediction cost about what its look-ups and the hashing of its operations cost? `keys` are those of earlier versions of the same file. */
export function predictBuildkit(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const raw = new TextEncoder().encode('{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}')
    const [store, made] = createImage(emptyStore(), raw)
    if (made.outcome === 'error') throw new Error(made.text)
    let state: EngineState = { images: tagImage(store, 'base', made.id) }
    const ran: OperationToRun[] = []
    const request = (version: number) => ({
      engine: 'buildkit' as const,
      dockerfile: dockerfileOf(version),
      context: contextOf({}),
    })
    const count = (): number => (state.buildkit?.keys ?? emptyKeys).made
    let version = 0
    for (; count() < size; version++) [state] = predict(state, request(version))
    ;[state] = predict(state, {
      ...request(version),
      runOperation: (step) => {
        ran.push(step)
        return { outcome: 'ran' }
      },
    })
    const [, prediction] = predict(state, request(version))
    const unlike = prediction.steps.filter(({ status }) => status === 'miss').length
    if (unlike > 0) throw new Error(`${unlike} steps miss`)
    const links = new Map(trieEntries(state.buildkit!.keys.links))
    const names = [...links.keys()].slice(-STEPS)
    const times = sideBySide({
      predict: () => predict(state, request(version)),
      'look-ups and hashing': () => {
        for (const name of names) links.get(name)
        for (const { operation } of ran) recordDigest(operationDigest(operation), 0) // what a look-up is named by
      },
    })
    return {
      question: 'predict with BuildKit, 40 warm steps in 6 stages, microseconds',
      size: count(),
      ...times,
      'predict ÷ that': times['predict']! / times['look-ups and hashing']!,
    }
  })
}
