import type { Dockerfile } from '../dockerfile/parse.ts'
import type { PredictedStep } from '../dockerfile/prediction.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import type { Image, ImageID } from '../image/image.ts'
import type { Platform } from '../image/platform.ts'
import { chainID } from '../image/rootfs.ts'
import { getImage } from '../store/read.ts'
import { resolveImage } from '../store/resolve.ts'
import type { BuildArg } from './args.ts'
import { addVertex, type Graph } from './graph.ts'
import type { Plan } from './plan.ts'
import type { BuildkitBuilder, BuildkitRequest, StateWithKeys } from './request.ts'
import type { Reading, Stage } from './stage.ts'

/** One instruction of a stage that the target needs, and the vertex that it makes. */
export interface Row
  extends Pick<PredictedStep, 'number' | 'of' | 'stage' | 'trigger' | 'instruction' | 'text' | 'position'> {
  /** Absent for what changes the config only. */
  readonly vertex?: number | undefined
  readonly image?: ImageID | undefined
  readonly error?: GoError
}

/** A Dockerfile on its way to a graph (dockerfile2llb). Its lists are what the instructions fill; nobody outside the call sees it. */
export interface Conversion extends Reading {
  readonly builder: BuildkitBuilder
  readonly request: BuildkitRequest
  readonly state: StateWithKeys
  readonly dockerfile: Dockerfile
  readonly plan: Plan
  readonly platform: Platform
  readonly args: readonly BuildArg[]
  readonly graph: Graph
  readonly rows: Row[]
  readonly stages: (Stage | undefined)[]
  readonly bases: (Base | undefined)[]
  /** Images by the name they were asked by. */
  readonly images: Map<string, Base>
  /** What COPY, ADD and mounts read of the context. */
  readonly contextPaths: Set<string>
}

/** An image of the daemon. */
export interface Base {
  readonly id: ImageID
  readonly image: Image
  /** Absent for an image without layers. */
  readonly vertex: number | undefined
}

/** The vertex of an image that FROM, `COPY --from` or a mount names. Throws a `base` GoError where the daemon has none. */
export function imageBase({ state, request, graph, images }: Conversion, name: string, text: string): Base {
  const known = images.get(name)
  if (known !== undefined) return known
  const found = resolveImage(state.images, name)
  if (found.outcome === 'error') throw new GoError('base', request.registry?.(name) ?? `${name}: ${found.text}`)
  const image = getImage(state.images, found.id)
  const chain = chainID(image.rootfs ?? { diffIDs: undefined })
  const operation = { kind: 'source', image: found.id, chain: chain ?? '' } as const
  const vertex = chain === undefined ? undefined : addVertex(graph, { operation, inputs: [], text })
  const base = { id: found.id, image, vertex }
  images.set(name, base)
  return base
}

/** The vertex that is copied from or mounted: of a stage, or of an image by its name. */
export function sourceVertex(conversion: Conversion, source: number | string, text: string): number | undefined {
  if (source === 'scratch') return undefined
  return typeof source === 'number' ? conversion.stages[source]?.output : imageBase(conversion, source, text).vertex
}

/** The build context, of which that path is read. */
export function contextVertex({ graph, contextPaths }: Conversion, path: string): number {
  contextPaths.add(cleanPath(`/${path}`))
  return addVertex(graph, { operation: { kind: 'context' }, inputs: [], text: '' })
}
