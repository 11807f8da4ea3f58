import { resolve } from 'node:path'
import type { CacheRecord } from '../buildkit/inline.ts'
import type { Network } from '../buildkit/operation.ts'
import type { BuildkitRequest } from '../buildkit/request.ts'
import { type Call, text, texts } from './command.ts'
import { badInput } from './io.ts'
import { readLocalCache } from './local-cache.ts'

/** What of a `docker build` counts for BuildKit alone. Throws bad input. */
export function buildkitRequest(call: Call, context: string): Pick<BuildkitRequest, 'network' | 'hosts' | 'directory'> {
  const network = text(call, 'network') ?? 'default'
  if (!isNetwork(network)) throw badInput(`network mode "${network}" not supported by buildkit`)
  const hosts = texts(call, 'add-host').map((host) => host.split(/[:=]/, 1)[0]!)
  return { network, hosts, ...(context !== '-' && { directory: resolve(context) }) }
}

function isNetwork(text: string): text is Network {
  return text === 'default' || text === 'host' || text === 'none'
}

/** Of the `--cache-from` of a BuildKit build: what names images, as the classic builder writes it, and the caches that are none. Throws bad input. */
export async function buildkitSources(
  sources: readonly string[],
): Promise<[images: readonly string[], caches: readonly (readonly CacheRecord[])[]]> {
  const images: string[] = []
  const caches: (readonly CacheRecord[])[] = []
  for (const source of sources) {
    const { type, ref, src, tag } = fieldsOf(source)
    if (type === undefined) images.push(source)
    else if (type === 'registry' && ref !== undefined) images.push(ref)
    else if (type === 'local' && src !== undefined) caches.push(await readLocalCache(src, tag))
    else throw badInput(`--cache-from ${source}: what is read is type=registry,ref=IMAGE and type=local,src=DIR`)
  }
  return [images, caches]
}

function fieldsOf(source: string): Partial<Record<'type' | 'ref' | 'src' | 'tag', string>> {
  const pairs = source.split(',').map((field) => field.split(/=(.*)/s, 2) as [string, string?])
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
