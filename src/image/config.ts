import type { GoMap, Int64 } from '../go/struct.ts'

/**
 * How a container runs: moby's container.Config, under its own names (api/types/container/config.go). What is absent is Go's zero: `''`, `false`, or nil
 * for lists and maps. An empty list is not nil: the two are written differently, and compared as equal.
 */
export interface Config {
  readonly Hostname?: string | undefined
  readonly Domainname?: string | undefined
  readonly User?: string | undefined
  readonly AttachStdin?: boolean | undefined
  readonly AttachStdout?: boolean | undefined
  readonly AttachStderr?: boolean | undefined
  /** `port/protocol` → nothing. */
  readonly ExposedPorts?: GoMap<object> | undefined
  readonly Tty?: boolean | undefined
  readonly OpenStdin?: boolean | undefined
  readonly StdinOnce?: boolean | undefined
  /** `NAME=value`, in order. */
  readonly Env?: readonly string[] | undefined
  readonly Cmd?: readonly string[] | undefined
  readonly Healthcheck?: HealthConfig | undefined
  readonly ArgsEscaped?: boolean | undefined
  readonly Image?: string | undefined
  /** Path → nothing. */
  readonly Volumes?: GoMap<object> | undefined
  readonly WorkingDir?: string | undefined
  readonly Entrypoint?: readonly string[] | undefined
  readonly NetworkDisabled?: boolean | undefined
  readonly MacAddress?: string | undefined
  readonly OnBuild?: readonly string[] | undefined
  readonly Labels?: GoMap<string> | undefined
  readonly StopSignal?: string | undefined
  /** Seconds. */
  readonly StopTimeout?: Int64 | undefined
  readonly Shell?: readonly string[] | undefined
}

/** Durations in nanoseconds; 0 or absent inherits. */
export interface HealthConfig {
  /** `['NONE']`, `['CMD', …]` or `['CMD-SHELL', text]`; empty inherits. */
  readonly Test?: readonly string[] | undefined
  readonly Interval?: Int64 | undefined
  readonly Timeout?: Int64 | undefined
  readonly StartPeriod?: Int64 | undefined
  readonly StartInterval?: Int64 | undefined
  readonly Retries?: Int64 | undefined
}

/**
 * The config with some fields changed. Written out, so that all have one shape: engines read records of one shape fast, and a spread keeps as many as its sources had.
 */
export function configWith(config: Config, changed: Config): Config {
  const copy: Config = {
    Hostname: config.Hostname,
    Domainname: config.Domainname,
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
    Image: config.Image,
    Volumes: config.Volumes,
    WorkingDir: config.WorkingDir,
    Entrypoint: config.Entrypoint,
    NetworkDisabled: config.NetworkDisabled,
    MacAddress: config.MacAddress,
    OnBuild: config.OnBuild,
    Labels: config.Labels,
    StopSignal: config.StopSignal,
    StopTimeout: config.StopTimeout,
    Shell: config.Shell,
  }
  return Object.assign(copy, changed)
}
