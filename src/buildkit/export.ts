import type { PredictedVertex, Prediction } from '../dockerfile/prediction.ts'
import { sortText } from '../go/text.ts'
import { findImage } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import type { CacheRecord } from './inline.ts'

/**
 * What a build with `BUILDKIT_INLINE_CACHE=1` would write into the config of its image, times left out: the keys of the last vertex and of all that leads to it. Only
 * what the image has the layers of has results (cache/remotecache/inline). Of a step that was found by its definition the content is not looked at, and not exported.
 */
export function inlineRecords(
  prediction: Pick<Prediction, 'vertices' | 'result'>,
  images: ImageStore,
): readonly CacheRecord[] {
  const { vertices = [], result } = prediction
  if (result === undefined) return []
  const layers = layersOf(vertices, result, images)
  const reached = reachable(vertices, result)
  const contents = reached.flatMap(({ inputs }) => inputs.flatMap(({ content }) => content ?? []))
  const digests = sortText([...new Set([...reached.map(({ record }) => record), ...contents])])
  const at = new Map(digests.map((digest, index) => [digest, index] as const))
  const byDigest = new Map(reached.map((vertex) => [vertex.record, vertex] as const))
  return digests.map((digest): CacheRecord => {
    const vertex = byDigest.get(digest)
    const layer = vertex && layers.get(vertex)
    const inputs = vertex?.inputs.map(({ vertex: input, selector, content }) => {
      const from = at.get(vertices[input]!.record)
      const links = from === undefined ? [] : [{ ...(selector !== '' && { selector }), link: from }]
      const all = content === undefined ? links : [...links, { link: at.get(content)! }]
      return all.sort((a, b) => a.link - b.link)
    })
    return { ...(layer !== undefined && { layers: [{ layer }] }), digest, ...(inputs?.length && { inputs }) }
  })
}

/** Which layer of the image each vertex has made. */
function layersOf(
  vertices: readonly PredictedVertex[],
  result: number,
  images: ImageStore,
): ReadonlyMap<PredictedVertex, number> {
  const chain: PredictedVertex[] = []
  let at: number | undefined = result
  let below = 0
  while (at !== undefined) {
    const vertex: PredictedVertex = vertices[at]!
    if (vertex.kind === 'source') below = findImage(images, vertex.image ?? '')?.rootfs?.diffIDs?.length ?? 0
    else chain.unshift(vertex)
    at = vertex.base
  }
  return new Map(chain.map((vertex, index) => [vertex, below + index]))
}

function reachable(vertices: readonly PredictedVertex[], result: number): readonly PredictedVertex[] {
  const found = new Set<number>()
  const visit = (id: number): void => {
    if (found.has(id)) return
    found.add(id)
    for (const { vertex } of vertices[id]!.inputs) visit(vertex)
  }
  visit(result)
  return [...found].map((id) => vertices[id]!).filter(({ record }) => record !== '')
}
