import { sortText } from '../go/text.ts'
import type { Platform } from '../image/platform.ts'

/** The build arguments of a stage (imagebuilder's Builder.Args and AllowedArgs). A value. */
export interface Args {
  /** Of `--build-arg`. */
  readonly given: ReadonlyMap<string, string>
  readonly values: ReadonlyMap<string, string>
  /** Declared by ARG in this stage. */
  readonly declared: ReadonlySet<string>
  /** Proxies that `--build-arg` gives: listed without an ARG. */
  readonly proxies: readonly string[]
}

const PROXIES = 'HTTP_PROXY http_proxy HTTPS_PROXY https_proxy FTP_PROXY ftp_proxy NO_PROXY no_proxy'.split(' ')

export function firstArgs(given: Readonly<Record<string, string | null>>): Args {
  const values = new Map(
    Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  )
  return { given: values, values, declared: new Set(), proxies: PROXIES.filter((name) => values.has(name)) }
}

/** ARG: what `--build-arg` gives goes before its default, that before `fallback`, and that before what an earlier ARG has left. */
export function declareArg(args: Args, name: string, value: string | undefined, fallback: string | undefined): Args {
  const declared = new Set(args.declared).add(name)
  const own = args.given.get(name) ?? value ?? fallback ?? args.values.get(name)
  return own === undefined ? { ...args, declared } : { ...args, declared, values: new Map(args.values).set(name, own) }
}

/** The names in an ARG's text. */
export function argNames({ values, declared, proxies }: Args): string {
  return sortText([...new Set([...declared, ...proxies])].filter((name) => values.has(name))).join(' ')
}

/** `NAME=value` of what is declared and has a value. */
export function argValues({ values, declared }: Args): readonly string[] {
  return [...declared].flatMap((name) => (values.has(name) ? [`${name}=${values.get(name)}`] : []))
}

/** What stands in front of a RUN: where ENV of this stage says the name too, its value. A proxy without one is left out. */
export function argsOfRun(args: Args, own: ReadonlyMap<string, string>): string {
  const pairs = argValues(args).flatMap((pair) => {
    const name = pair.split('=', 1)[0]!
    const value = own.get(name)
    if (value !== undefined) return [`${name}=${value}`]
    return pair === `${name}=` && PROXIES.includes(name) ? [] : [pair]
  })
  const text = sortText(pairs).join(' ')
  return text === '' ? '' : `|${text.split(' ').length} ${text} `
}

/** The arguments that have a value as soon as they are declared. */
export function platformArgs(host: Platform, target: Platform): ReadonlyMap<string, string> {
  const side = (name: string, { os = '', architecture = '', variant = '' }: Platform) => [
    [`${name}PLATFORM`, [os, architecture, ...(variant ? [variant] : [])].join('/')] as const,
    [`${name}OS`, os] as const,
    [`${name}ARCH`, architecture] as const,
    [`${name}VARIANT`, variant] as const,
  ]
  return new Map([...side('BUILD', host), ...side('TARGET', target)])
}
