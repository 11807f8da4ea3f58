/** An image to build on, where the real one is not at hand: its name, a config and one layer, and no files. */
import { createImage, digestOf, type ImageStore, tagImage } from 'layerfold'

interface BaseConfig {
  readonly env?: readonly string[]
  readonly cmd?: readonly string[]
}

const CREATED = '2024-01-01T00:00:00Z'

/** Throws `reference-malformed`. */
export function withBase(store: ImageStore, name: string, { env = [], cmd = ['sh'] }: BaseConfig = {}): ImageStore {
  const Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env]
  const config = {
    architecture: 'amd64',
    config: { Env, Cmd: cmd },
    created: CREATED,
    history: [{ created: CREATED, created_by: `stand-in for ${name}` }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(new TextEncoder().encode(name))] },
  }
  const [next, made] = createImage(store, new TextEncoder().encode(JSON.stringify(config)))
  if (made.outcome === 'error') throw new Error(made.text)
  return tagImage(next, name, made.id)
}

/** The name in a daemon's complaint that an image is not there. */
export function missingImage(text: string): string | undefined {
  return /No such image: (\S+)/.exec(text)?.[1]
}
