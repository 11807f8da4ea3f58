import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CacheRecord, readCacheConfig } from '../buildkit/inline.ts'
import { badInput } from './io.ts'

const CONFIG = 'application/vnd.buildkit.cacheconfig.v0'

interface Descriptor {
  readonly mediaType?: string
  readonly digest?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Of index.json, an index or a manifest, that which leads on. */
interface Manifest {
  readonly manifests?: readonly Descriptor[]
  readonly config?: Descriptor
}

/**
 * The records of a directory that `--cache-to type=local` wrote: an OCI layout whose manifest names the cache's config (cache/remotecache/export.go; with `image-manifest=true` as
 * its config, else among its manifests). Layers are not read. Not recorded. Throws bad input where there is none.
 */
export async function readLocalCache(dir: string, tag = 'latest'): Promise<readonly CacheRecord[]> {
  const { manifests = [] } = await readDocument(join(dir, 'index.json'))
  const named = manifests.find(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === tag)
  const whole = named ?? (manifests.length === 1 ? manifests[0] : undefined)
  if (whole === undefined) throw badInput(`${dir} holds no cache ${tag}`)
  const { manifests: parts = [], config } = await readDocument(blobPath(dir, whole))
  const found = [...parts, ...(config ? [config] : [])].find(({ mediaType }) => mediaType === CONFIG)
  if (found === undefined) throw badInput(`${dir} holds images, and no cache of BuildKit`)
  return readCacheConfig(await readFile(blobPath(dir, found), 'utf8'))
}

function blobPath(dir: string, { digest }: Descriptor): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(String(digest)) ?? []
  if (hex === undefined) throw badInput(`${dir} names a blob without a digest`)
  return join(dir, 'blobs', 'sha256', hex)
}

async function readDocument(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8')
  try {
    return Object(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw badInput(`${path} is no JSON`)
    throw error
  }
}
