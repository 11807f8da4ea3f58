import type { Dockerfile } from '../dockerfile/parse.ts'
import type { Environment } from '../dockerfile/words.ts'
import { GoError, orGoError } from '../go/error.ts'
import type { Platform } from '../image/platform.ts'
import { expand, type Reading } from './stage.ts'

/** A build argument that ARG may take up. */
export interface BuildArg {
  readonly name: string
  readonly value: string | undefined
}

type Given = Readonly<Record<string, string | null>>

/** What `--build-arg` says, else `value`. */
export function givenOr(given: Given, name: string, value: string | undefined): string | undefined {
  return (Object.hasOwn(given, name) ? given[name] : undefined) ?? value
}

/** The platform's arguments, then each ARG before the first FROM. */
export function globalArgs(
  reading: Reading,
  { metaArgs }: Dockerfile,
  given: Given,
  host: Platform,
  target: Platform,
): readonly BuildArg[] {
  const args = [...platformArgs('BUILD', host), ...platformArgs('TARGET', target)].map(({ name, value }) => ({
    name,
    value: givenOr(given, name, value),
  }))
  for (const { key, value } of metaArgs.flatMap((instruction) => instruction.args)) {
    const words = value === undefined ? undefined : orGoError(() => expand(reading, wordsOf(args), value))
    args.push({ name: key, value: givenOr(given, key, words instanceof GoError ? '' : words) })
  }
  return args
}

function platformArgs(side: 'BUILD' | 'TARGET', { os = '', architecture = '', variant = '' }: Platform): BuildArg[] {
  const text = [os, architecture, ...(variant ? [variant] : [])].join('/')
  return [
    { name: `${side}PLATFORM`, value: text },
    { name: `${side}OS`, value: os },
    { name: `${side}ARCH`, value: architecture },
    { name: `${side}VARIANT`, value: variant },
  ]
}

export function wordsOf(args: readonly BuildArg[]): Environment {
  return args.map(({ name, value }) => `${name}=${value ?? ''}`)
}
