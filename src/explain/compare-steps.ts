import type { FieldDifference } from '../cache/compare.ts'
import type { Config, HealthConfig } from '../image/config.ts'
import type { Cause } from './cause.ts'
import { readCopyText, readCreatedBy, readStepText, type StepText } from './step-text.ts'

/** The smallest thing to say about two configs that differ: the stored image's and the step's. */
export function causeOfDifferences(differences: readonly FieldDifference[], stored: Config, step: Config): Cause {
  const trap = knownTrap(differences, stored, step)
  if (trap !== undefined) return trap
  const was = readStepText(stored.Cmd ?? [])
  const now = readStepText(step.Cmd ?? [])
  if (was.shell !== now.shell && was.instruction === now.instruction)
    return { code: 'shell', was: was.shell, now: now.shell }
  if (was.instruction !== now.instruction) return { code: 'instruction', was: shown(was), now: shown(now) }
  const fields = new Set(differences.map(({ field }) => field))
  const named = namedDifference(fields, stored, step)
  if (named !== undefined) return named
  return fields.has('Cmd') ? causeOfText(was, now) : inherited(differences)
}

/** Where the two can never be the same, or only look different: what container creation, restoring and releases do to a stored config. */
function knownTrap(differences: readonly FieldDifference[], stored: Config, step: Config): Cause | undefined {
  const only = differences.length === 1 ? differences[0]!.field : undefined
  if (stored.OpenStdin && differences.some(({ field }) => field === 'OpenStdin')) return { code: 'open-stdin' }
  if (only === 'Entrypoint' && stored.Entrypoint?.length && !step.Entrypoint?.length)
    return { code: 'entrypoint-reset', was: stored.Entrypoint.join(' ') }
  if (only === 'User' && stored.User && !step.User) return { code: 'user-unset', was: stored.User }
  if (only === 'Healthcheck' && stored.Healthcheck && step.Healthcheck) return { code: 'healthcheck-filled' }
  if (only === 'Cmd' && invalidText(stored.Cmd ?? []) === invalidText(step.Cmd ?? [])) return { code: 'invalid-utf8' }
  const texts = [stored, step].map(({ Cmd }) => readStepText(Cmd ?? []))
  if (
    only === 'Cmd' &&
    sameHealth(stored.Healthcheck, step.Healthcheck) &&
    texts.every(({ instruction }) => instruction === 'HEALTHCHECK')
  )
    return { code: 'healthcheck-text', was: texts[0]!.text, now: texts[1]!.text }
  return undefined
}

function sameHealth(a: HealthConfig = {}, b: HealthConfig = {}): boolean {
  const facts = ({ Test, Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0, Retries = 0 }: HealthConfig) =>
    [...(Test ?? []), Interval, Timeout, StartPeriod, StartInterval, Retries].join('\0')
  return facts(a) === facts(b)
}

/** A stored image says U+FFFD where the step has bytes that are not UTF-8. */
function invalidText(words: readonly string[]): string {
  return words.join('\0').replace(/[\udc80-\udcff]/g, '\ufffd')
}

function namedDifference(fields: ReadonlySet<string>, stored: Config, step: Config): Cause | undefined {
  if (fields.has('Env')) return environmentDifference(stored.Env ?? [], step.Env ?? [])
  if (fields.has('Labels')) return mapDifference('label', entriesOf(stored.Labels), entriesOf(step.Labels))
  if (fields.has('ExposedPorts')) return keyDifference('port', stored.ExposedPorts ?? {}, step.ExposedPorts ?? {})
  if (fields.has('Volumes')) return keyDifference('volume', stored.Volumes ?? {}, step.Volumes ?? {})
  return undefined
}

function environmentDifference(was: readonly string[], now: readonly string[]): Cause {
  const found = mapDifference('env', was.map(splitEntry), now.map(splitEntry))
  return found.name === undefined ? { code: 'env-order', was: names(was), now: names(now) } : found
}

function splitEntry(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}

function names(env: readonly string[]): string {
  return env.map((entry) => splitEntry(entry)[0]).join(' ')
}

type Entries = readonly (readonly [name: string, value: string])[]

function entriesOf(map: Readonly<Record<string, string>> = {}): Entries {
  return Object.entries(map)
}

function mapDifference(code: 'env' | 'label' | 'build-arg', before: Entries, after: Entries): Cause {
  const [was, now] = [new Map(before), new Map(after)]
  const differing = [...new Map([...now, ...was]).keys()].filter((key) => was.get(key) !== now.get(key))
  const [name] = differing
  if (name === undefined) return { code }
  const [old, current] = [was.get(name), now.get(name)]
  return {
    code,
    name,
    ...(old !== undefined && { was: old }),
    ...(current !== undefined && { now: current }),
    ...(differing.length > 1 && { more: differing.length - 1 }),
  }
}

function keyDifference(code: 'port' | 'volume', was: object, now: object): Cause {
  const added = Object.keys(now).find((key) => !Object.hasOwn(was, key))
  if (added !== undefined) return { code, name: added, now: added }
  const removed = Object.keys(was).find((key) => !Object.hasOwn(now, key))!
  return { code, name: removed, was: removed }
}

/** The configs agree but for what the instruction says. */
function causeOfText(was: StepText, now: StepText): Cause {
  if (now.instruction === 'COPY' || now.instruction === 'ADD') return causeOfCopy(was, now)
  if (now.instruction !== 'RUN') return { code: 'instruction', was: shown(was), now: shown(now) }
  if (was.text !== now.text) return { code: 'command', was: was.text, now: now.text }
  const { args: before = [] } = was
  const { args: after = [] } = now
  const found = mapDifference('build-arg', before.map(splitEntry), after.map(splitEntry))
  return found.name === undefined ? { code: 'proxy-arg' } : found
}

function causeOfCopy(was: StepText, now: StepText): Cause {
  const [before, after] = [readCopyText(was.text), readCopyText(now.text)]
  if (before === undefined || after === undefined || before.hash === after.hash)
    return { code: 'copy-target', was: shown(was), now: shown(now) }
  return { code: 'files', was: before.hash, now: after.hash }
}

/** Two texts of one place in a history: a `--cache-from` image's and the step's. */
export function causeOfCreatedBy(source: string, step: string): Cause {
  const [was, now] = [readCreatedBy(source), readCreatedBy(step)]
  if (was.instruction !== now.instruction) return { code: 'source-step', was: source, now: step }
  if (was.shell !== now.shell) return { code: 'shell', was: was.shell, now: now.shell }
  return causeOfText(was, now)
}

function inherited([first]: readonly FieldDifference[]): Cause {
  const { field, stored, step } = first!
  return { code: 'inherited', name: field, was: JSON.stringify(stored) ?? '', now: JSON.stringify(step) ?? '' }
}

function shown({ instruction, text }: StepText): string {
  return `${instruction} ${text}`.trim()
}
