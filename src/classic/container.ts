import type { Config, HealthConfig } from '../image/config.ts'
import { nameOf } from './build-args.ts'

/** A container's config as its creation leaves it. */
export interface Created {
  readonly config: Config
  /** Why the daemon refuses it, in its words. */
  readonly fault: string | undefined
}

/**
 * What creating a container makes of a step's config (moby daemon/create.go and daemon/commit.go: merge, spec 8.7.1): what the step leaves open is taken from
 * its parent image's config. This, and not what the step was looked up by, is what the next build is compared with.
 */
export function createContainer(config: Config, parent: Config | undefined, container: string): Created {
  const merged = parent === undefined ? config : merge(config, parent)
  const Entrypoint = merged.Entrypoint?.length === 1 && merged.Entrypoint[0] === '' ? undefined : merged.Entrypoint
  const created = { ...merged, Entrypoint, Hostname: merged.Hostname || container.slice(0, 12) }
  return { config: created, fault: faultOf(config, created) }
}

function faultOf(config: Config, { Cmd, Entrypoint }: Config): string | undefined {
  if (config.WorkingDir && !config.WorkingDir.startsWith('/'))
    return `the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`
  const nameless = (config.Env ?? []).find((entry) => nameOf(entry) === '')
  if (nameless !== undefined) return `invalid environment variable: ${nameless}`
  return Cmd?.length || Entrypoint?.length ? undefined : 'No command specified'
}

function merge(own: Config, image: Config): Config {
  const ownEntrypoint = own.Entrypoint ?? []
  return {
    ...own,
    User: own.User || image.User,
    ExposedPorts: union(own.ExposedPorts, image.ExposedPorts),
    Env: mergeEnvironment(own.Env ?? [], image.Env),
    Labels: { ...image.Labels, ...own.Labels },
    Cmd: ownEntrypoint.length === 0 && !own.Cmd?.length ? image.Cmd : own.Cmd,
    Entrypoint: own.Entrypoint ?? image.Entrypoint,
    Healthcheck: mergeHealth(own.Healthcheck, image.Healthcheck),
    WorkingDir: own.WorkingDir || image.WorkingDir,
    Volumes: union(own.Volumes, image.Volumes),
    StopSignal: own.StopSignal || image.StopSignal,
  }
}

function union(own: Config['Volumes'], image: Config['Volumes']): Config['Volumes'] {
  if (own === undefined || Object.keys(own).length === 0) return image
  return { ...image, ...own }
}

function mergeEnvironment(own: readonly string[], image: readonly string[] | undefined): readonly string[] | undefined {
  if (own.length === 0) return image
  const names = new Set(own.map(nameOf))
  const added: string[] = []
  for (const entry of image ?? []) {
    if (names.has(nameOf(entry))) continue
    names.add(nameOf(entry))
    added.push(entry)
  }
  return [...own, ...added]
}

function mergeHealth(own: HealthConfig | undefined, image: HealthConfig | undefined): HealthConfig | undefined {
  if (own === undefined || image === undefined) return own ?? image
  return {
    ...own,
    Test: own.Test?.length ? own.Test : image.Test,
    Interval: own.Interval || image.Interval,
    Timeout: own.Timeout || image.Timeout,
    StartPeriod: own.StartPeriod || image.StartPeriod,
    StartInterval: own.StartInterval || image.StartInterval,
    Retries: own.Retries || image.Retries,
  }
}
