import type { GoMap } from '../go/struct.ts'
import type { Config, HealthConfig } from '../image/config.ts'

/** Which fields two configs are compared by (spec 6): the ten of the first releases, or all but four since CVE-2024-24557 was fixed. */
export type ComparedFields = 'legacy' | 'full'

/** A field that kept two configs apart, and its two values: the stored image's and the step's. */
export interface FieldDifference {
  readonly field: keyof Config
  readonly stored: unknown
  readonly step: unknown
}

/**
 * Whether a stored image's container config answers a step's: moby's compare (image/cache/compare.go). Nil and empty are equal, Env order counts, and labels are
 * looked up without asking whether they are there, so the order of the two arguments matters (spec 6.3).
 */
export function sameConfig(fields: ComparedFields, stored: Config, step: Config): boolean {
  return sameLegacy(stored, step) && (fields === 'full' ? sameRest(stored, step) : !stored.OpenStdin && !step.OpenStdin)
}

/** Every field that keeps the two apart, in the order of moby's own comparison. */
export function allDifferences(fields: ComparedFields, stored: Config, step: Config): readonly FieldDifference[] {
  const same: readonly Same[] = fields === 'full' ? [...LEGACY, ...REST] : [NO_STDIN, ...LEGACY]
  return same
    .filter(([field, equal]) => !equal(stored[field] as never, step[field] as never))
    .map(([field]) => ({ field, stored: stored[field], step: step[field] }))
}

/** Written out, for this is the hottest code there is; the tables below say the same and a property test holds the two together. */
function sameLegacy(a: Config, b: Config): boolean {
  return (
    sameWords(a.Cmd, b.Cmd) &&
    sameWords(a.Env, b.Env) &&
    sameWords(a.Entrypoint, b.Entrypoint) &&
    !a.AttachStdout === !b.AttachStdout &&
    !a.AttachStderr === !b.AttachStderr &&
    !a.Tty === !b.Tty &&
    sameText(a.User, b.User) &&
    sameKeys(a.ExposedPorts, b.ExposedPorts) &&
    sameKeys(a.Volumes, b.Volumes) &&
    sameLabels(a.Labels, b.Labels)
  )
}

function sameRest(a: Config, b: Config): boolean {
  return REST.every(([field, equal]) => equal(a[field] as never, b[field] as never))
}

type Same = readonly [field: keyof Config, equal: (stored: never, step: never) => boolean]

const LEGACY: readonly Same[] = [
  ['AttachStdout', sameFlag],
  ['AttachStderr', sameFlag],
  ['User', sameText],
  ['Tty', sameFlag],
  ['Cmd', sameWords],
  ['Env', sameWords],
  ['Labels', sameLabels],
  ['ExposedPorts', sameKeys],
  ['Entrypoint', sameWords],
  ['Volumes', sameKeys],
]

/** Since 23.0.10, 24.0.9 and 25.0.2. Hostname, Domainname, Image and MacAddress are never compared. */
const REST: readonly Same[] = [
  ['OpenStdin', sameFlag],
  ['AttachStdin', sameFlag],
  ['NetworkDisabled', sameFlag],
  ['StdinOnce', sameFlag],
  ['ArgsEscaped', sameFlag],
  ['WorkingDir', sameText],
  ['StopSignal', sameText],
  ['StopTimeout', (a: unknown, b: unknown) => a === b],
  ['Shell', sameWords],
  ['OnBuild', sameWords],
  ['Healthcheck', sameHealth],
]

/** Until the fix, an open stdin on either side is never equal to anything. */
const NO_STDIN: Same = ['OpenStdin', (a: boolean | undefined, b: boolean | undefined) => !a && !b]

function sameFlag(a: boolean | undefined, b: boolean | undefined): boolean {
  return !a === !b
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a ?? '') === (b ?? '')
}

function sameWords(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === b) return true
  const length = a === undefined ? 0 : a.length
  if (length !== (b === undefined ? 0 : b.length)) return false
  for (let i = 0; i < length; i++) if (a![i] !== b![i]) return false
  return true
}

function sameKeys(a: GoMap<object> | undefined, b: GoMap<object> | undefined): boolean {
  if (a === b) return true
  const keys = a === undefined ? [] : Object.keys(a)
  if (keys.length !== (b === undefined ? 0 : Object.keys(b).length)) return false
  return keys.every((key) => Object.hasOwn(b!, key))
}

function sameLabels(stored: GoMap<string> | undefined, step: GoMap<string> | undefined): boolean {
  if (stored === step) return true
  const names = stored === undefined ? [] : Object.keys(stored)
  if (names.length !== (step === undefined ? 0 : Object.keys(step).length)) return false
  return names.every((name) => stored![name] === (Object.hasOwn(step!, name) ? step![name] : ''))
}

function sameHealth(a: HealthConfig | undefined, b: HealthConfig | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const times = ['Interval', 'StartInterval', 'StartPeriod', 'Timeout', 'Retries'] as const
  return times.every((name) => (a[name] ?? 0) === (b[name] ?? 0)) && sameWords(a.Test, b.Test)
}
