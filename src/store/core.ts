import type { Time } from '../go/time.ts'
import type { Config } from '../image/config.ts'
import type { Image, ImageID } from '../image/image.ts'
import { type Platform, platformOf } from '../image/platform.ts'
import { hashStored } from './config-hash.ts'
import { type Content, relativeTo } from './content.ts'

/** What never changes about an image: its bytes, and of what they say the part that a probe looks at. The children index of its parent holds the same object. */
export interface Core {
  readonly id: ImageID
  readonly content: Content
  /** `undefined` when the bytes are no image: only a daemon's disk can hold such, and a probe that meets one fails. */
  readonly facts: Facts | undefined
}

export interface Facts {
  readonly hash: number
  readonly created: Time | undefined
  readonly config: Config
  readonly platform: Platform
}

export function makeCore(id: ImageID, content: Content, image: Image | undefined): Core {
  if (image === undefined) return { id, content, facts: undefined }
  const config = comparedPart(image.containerConfig)
  return {
    id,
    content,
    facts: { hash: hashStored(config), created: image.created, config, platform: platformOf(image) },
  }
}

/** The same core, sharing with its parent's what the two have in common. */
export function sharing(core: Core, parent: Core): Core {
  const content = relativeTo(parent.content, core.content)
  if (core.facts === undefined || parent.facts === undefined) return { ...core, content }
  const config = sharedConfig(core.facts.config, parent.facts.config)
  const platform = sameJSON(core.facts.platform, parent.facts.platform) ? parent.facts.platform : core.facts.platform
  return { id: core.id, content, facts: { ...core.facts, config, platform } }
}

/** All fields but the four that no generation compares, always in this order: one shape for every image. */
function comparedPart(config: Config): Config {
  return {
    User: config.User,
    AttachStdin: config.AttachStdin,
    AttachStdout: config.AttachStdout,
    AttachStderr: config.AttachStderr,
    ExposedPorts: config.ExposedPorts,
    Tty: config.Tty,
    OpenStdin: config.OpenStdin,
    StdinOnce: config.StdinOnce,
    Env: config.Env,
    Cmd: config.Cmd,
    Healthcheck: config.Healthcheck,
    ArgsEscaped: config.ArgsEscaped,
    Volumes: config.Volumes,
    WorkingDir: config.WorkingDir,
    Entrypoint: config.Entrypoint,
    NetworkDisabled: config.NetworkDisabled,
    OnBuild: config.OnBuild,
    Labels: config.Labels,
    StopSignal: config.StopSignal,
    StopTimeout: config.StopTimeout,
    Shell: config.Shell,
  }
}

const SHARED = ['Env', 'Labels', 'Entrypoint', 'OnBuild', 'Shell', 'ExposedPorts', 'Volumes', 'Healthcheck'] as const

function sharedConfig(config: Config, parent: Config): Config {
  const shared: Record<string, unknown> = { ...config }
  for (const field of SHARED) if (sameJSON(config[field], parent[field])) shared[field] = parent[field]
  return shared as Config
}

function sameJSON(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b))
}
