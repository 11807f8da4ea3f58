import type { Grammar } from '../dockerfile/grammar.ts'
import type { Escape } from '../dockerfile/lines.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import { expandWord } from '../dockerfile/words.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import type { Config } from '../image/config.ts'
import { type Args, argValues } from './args.ts'
import type { Candidate } from './images.ts'

/** A stage between two of its steps. A value. */
export interface Stage {
  readonly index: number
  readonly name: string
  /** The image so far; `undefined` until something follows FROM scratch. */
  readonly image: Candidate | undefined
  /** What the image may be instead, where that depends on files that nobody here knows; `dependsOn` is the step that decides. */
  readonly maybe: readonly Candidate[]
  readonly dependsOn: number | undefined
  /** Until the first miss. */
  readonly looking: boolean
  readonly config: Config
  /** What ENV of this stage says. */
  readonly own: ReadonlyMap<string, string>
  readonly args: Args
  /** The image's files, where they are known. */
  readonly files: SourceTree | undefined
  /** Of `--layers=false`: what will be committed. */
  readonly pending: readonly string[]
}

/** How words are read. */
export interface Reading {
  readonly escape: Escape
  readonly grammar: Grammar
}

/** ENV goes before ARG. */
export function environmentOf({ config, args }: Stage): readonly string[] {
  return [...argValues(args), ...(config.Env ?? [])]
}

export function expand(reading: Reading, env: readonly string[], word: string): string {
  const expanded = expandWord(word, env, reading.escape, reading.grammar)
  if (expanded.outcome === 'error') throw new GoError('word', expanded.text)
  return expanded.word
}

export function withVariable(stage: Stage, name: string, value: string): Stage {
  const Env = [...(stage.config.Env ?? [])]
  const at = Env.findIndex((entry) => entry.split('=', 1)[0] === name)
  if (at < 0) Env.push(`${name}=${value}`)
  else Env[at] = `${name}=${value}`
  return { ...stage, config: { ...stage.config, Env }, own: new Map(stage.own).set(name, value) }
}

export function fromDirectory({ config }: Stage, path: string): string {
  return cleanPath(path.startsWith('/') ? path : `/${config.WorkingDir ?? ''}/${path}`)
}
