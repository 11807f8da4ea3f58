import { GoError, orGoError } from '../go/error.ts'
import { type Time, zeroTime } from '../go/time.ts'
import { decodeImage } from '../image/codec.ts'
import type { Config } from '../image/config.ts'
import type { Generation } from '../image/generation.ts'
import type { Image, ImageID } from '../image/image.ts'
import { type Platform, platformOf } from '../image/platform.ts'
import { hashStored } from './config-hash.ts'
import { type Content, packContent, relativeTo } from './content.ts'

/** What never changes about an image: its bytes, and of what they say the part that a probe looks at. The children index of its parent holds the same object. */
export interface Core {
  readonly id: ImageID
  readonly content: Content
  /** Not, when the bytes are no image: only a daemon's disk can hold such, and a probe that meets one fails. What follows then says nothing. */
  readonly readable: boolean
  readonly hash: number
  readonly created: Time | undefined
  readonly config: Config
  readonly platform: Platform
}

/** The core of any bytes, of an image or not. */
export function coreOf(id: ImageID, raw: Uint8Array, generation: Generation): Core {
  const content = packContent(raw)
  const image = orGoError(() => decodeImage(content, generation))
  return makeCore(id, content, image instanceof GoError ? undefined : image)
}

export function makeCore(id: ImageID, content: Content, image: Image | undefined): Core {
  if (image === undefined)
    return { id, content, readable: false, hash: 0, created: undefined, config: {}, platform: {} }
  const config = comparedPart(image.containerConfig)
  return {
    id,
    content,
    readable: true,
    hash: hashStored(config),
    // A generation that cannot say null reads an absent time as this very one.
    created: image.created === zeroTime ? undefined : image.created,
    config,
    platform: platformOf(image),
  }
}

/** The same core, sharing with its parent's what the two have in common. `whole` is the parent's content as it came, where it is still at hand. */
export function sharing(core: Core, parent: Core, whole: Content = parent.content): Core {
  return {
    ...core,
    content: relativeTo(parent.content, core.content, whole),
    config: sharedConfig(core.config, parent.config),
    platform: isSame(core.platform, parent.platform) ? parent.platform : core.platform,
  }
}

/** All fields but the four that no generation compares, always in this order: one shape for every image, what every generation compares first. */
function comparedPart(config: Config): Config {
  return {
    User: config.User,
    AttachStdout: config.AttachStdout,
    AttachStderr: config.AttachStderr,
    Tty: config.Tty,
    OpenStdin: config.OpenStdin,
    Cmd: config.Cmd,
    Env: config.Env,
    Labels: config.Labels,
    ExposedPorts: config.ExposedPorts,
    Entrypoint: config.Entrypoint,
    Volumes: config.Volumes,
    AttachStdin: config.AttachStdin,
    StdinOnce: config.StdinOnce,
    Healthcheck: config.Healthcheck,
    ArgsEscaped: config.ArgsEscaped,
    WorkingDir: config.WorkingDir,
    NetworkDisabled: config.NetworkDisabled,
    OnBuild: config.OnBuild,
    StopSignal: config.StopSignal,
    StopTimeout: config.StopTimeout,
    Shell: config.Shell,
  }
}

const SHARED = ['Env', 'Labels', 'Entrypoint', 'OnBuild', 'Shell', 'ExposedPorts', 'Volumes', 'Healthcheck'] as const

function sharedConfig(config: Config, parent: Config): Config {
  const shared: Record<string, unknown> = { ...config }
  for (const field of SHARED) if (isSame(config[field], parent[field])) shared[field] = parent[field]
  return shared as Config
}

/** Values, lists and maps alike, in the same order. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [entries, others] = [Object.entries(a), Object.entries(b)]
  return (
    entries.length === others.length &&
    entries.every(([key, value], at) => key === others[at]![0] && isSame(value, others[at]![1]))
  )
}
