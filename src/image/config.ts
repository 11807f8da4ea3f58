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
