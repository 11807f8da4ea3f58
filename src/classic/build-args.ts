import { compareText } from '../go/text.ts'

/** The build arguments as one stage sees them (moby builder/dockerfile/buildargs.go, spec 8.9). A value. */
export interface BuildArgs {
  /** Of `--build-arg`. */
  readonly options: ReadonlyMap<string, string>
  /** ARG in this stage: the name and its default. */
  readonly allowed: ReadonlyMap<string, string | undefined>
  /** ARG before the first FROM. */
  readonly meta: ReadonlyMap<string, string | undefined>
  /** Every ARG so far, in any stage. */
  readonly referenced: ReadonlySet<string>
  /** Names that need no ARG. */
  readonly builtin: readonly string[]
}

const PROXIES = [
  'HTTP_PROXY',
  'http_proxy',
  'HTTPS_PROXY',
  'https_proxy',
  'FTP_PROXY',
  'ftp_proxy',
  'NO_PROXY',
  'no_proxy',
]

/** To 20.10. */
export const proxies20_10: readonly string[] = PROXIES
/** Since 23.0 (moby 5a5f8564ba). */
export const proxies23: readonly string[] = [...PROXIES, 'ALL_PROXY', 'all_proxy']

export function makeBuildArgs(given: Readonly<Record<string, string | null>>, builtin: readonly string[]): BuildArgs {
  const options = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) if (value !== null) options.set(name, value)
  return { options, allowed: new Map(), meta: new Map(), referenced: new Set(), builtin }
}

export function withArg(args: BuildArgs, name: string, value: string | undefined): BuildArgs {
  return {
    ...args,
    allowed: new Map(args.allowed).set(name, value),
    referenced: new Set(args.referenced).add(name),
  }
}

export function withMetaArg(args: BuildArgs, name: string, value: string | undefined): BuildArgs {
  return { ...withArg(args, name, value), meta: new Map(args.meta).set(name, value) }
}

/** As a new stage begins with them: its own ARGs are still to come. */
export function forNextStage(args: BuildArgs): BuildArgs {
  return { ...args, allowed: new Map() }
}

/** `NAME=value` of all that may be used before the first FROM and in FROM itself. */
export function metaEnvironment(args: BuildArgs): string[] {
  return valuesOf(args, args.meta)
}

/** `NAME=value` of all that ARG has allowed so far. */
export function allowedEnvironment(args: BuildArgs): string[] {
  return valuesOf(args, args.allowed)
}

/** Those that the environment does not have: ENV wins over ARG. */
export function argsBeside(args: BuildArgs, environment: readonly string[]): string[] {
  const allowed = allowedEnvironment(args)
  if (allowed.length === 0) return allowed
  const names = new Set(environment.map(nameOf))
  return allowed.filter((entry) => !names.has(nameOf(entry)))
}

export function isBuiltinAndUndeclared(args: BuildArgs, name: string): boolean {
  return args.builtin.includes(name) && !args.allowed.has(name)
}

/** Given and used by no ARG: the daemon warns of these. */
export function unusedArgs(args: BuildArgs, given: Readonly<Record<string, string | null>>): string[] {
  return Object.keys(given)
    .filter((name) => !args.builtin.includes(name) && !args.referenced.has(name))
    .sort(compareText)
}

export function nameOf(entry: string): string {
  const at = entry.indexOf('=')
  return at < 0 ? entry : entry.slice(0, at)
}

function valuesOf(args: BuildArgs, names: ReadonlyMap<string, string | undefined>): string[] {
  if (names.size === 0 && args.options.size === 0) return []
  return [...new Set([...names.keys(), ...args.builtin])].flatMap((name) => {
    const value = args.options.get(name) ?? names.get(name) ?? args.meta.get(name)
    return value === undefined ? [] : [`${name}=${value}`]
  })
}
