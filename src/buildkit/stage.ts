import { DEFAULT_PATH } from '../dockerfile/defaults.ts'
import type { Grammar } from '../dockerfile/grammar.ts'
import type { Escape } from '../dockerfile/lines.ts'
import type { Environment } from '../dockerfile/words.ts'
import { expandWord, expandWords } from '../dockerfile/words.ts'
import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import type { Config } from '../image/config.ts'
import type { Platform } from '../image/platform.ts'

/** A stage between two of its instructions (dockerfile2llb's dispatchState). A value. */
export interface Stage {
  readonly index: number
  /** The vertex whose files it has; `undefined` is an empty file system. */
  readonly output: number | undefined
  /** The environment of a RUN, in its order. */
  readonly env: Environment
  /** The working directory of a RUN; empty until one is set. */
  readonly directory: string
  readonly user: string
  readonly config: Config
  readonly platform: Platform
}

/** The entry last, and no other of that name (client/llb EnvList.AddOrReplace). */
export function withVariable(env: Environment, name: string, value: string): Environment {
  return [...env.filter((entry) => !entry.startsWith(`${name}=`)), `${name}=${value}`]
}

/** The config's entry in the place of the old one. */
export function withConfigVariable(config: Config, name: string, value: string): Config {
  const Env = [...(config.Env ?? [])]
  const at = Env.findIndex((entry) => (entry.split('=', 1)[0] ?? '') === name)
  if (at < 0) Env.push(`${name}=${value}`)
  else Env[at] = `${name}=${value}`
  return { ...config, Env }
}

/** A path from the working directory, cleaned. */
export function fromDirectory({ directory }: Stage, path: string): string {
  return cleanPath(path.startsWith('/') ? path : `/${directory}/${path}`)
}

/** State.Dir: an absolute path as it is written. */
export function changeDirectory(stage: Stage, path: string): Stage {
  const directory = path.startsWith('/') ? path : cleanPath(`${stage.directory || '/'}/${path}`)
  return { ...stage, directory }
}

/** The stage as its first instruction finds it: the config's environment goes behind what was inherited. */
export function beginStage(stage: Stage): Stage {
  const given = stage.config.Env ?? []
  const Env = given.some((entry) => entry.startsWith('PATH=')) ? given : [...given, DEFAULT_PATH]
  const config = { ...stage.config, Env }
  const env = Env.reduce<Environment>((env, entry) => {
    const at = entry.indexOf('=')
    return withVariable(env, at < 0 ? entry : entry.slice(0, at), at < 0 ? '' : entry.slice(at + 1))
  }, stage.env)
  const begun = { ...stage, env, config, user: config.User || stage.user }
  if (!config.WorkingDir) return begun
  const { WorkingDir } = config
  const moved = changeDirectory(begun, WorkingDir)
  return WorkingDir.startsWith('/')
    ? moved
    : { ...moved, config: { ...config, WorkingDir: cleanPath(`/${WorkingDir}/${WorkingDir}`) } }
}

/** How words are read. */
export interface Reading {
  readonly escape: Escape
  readonly grammar: Grammar
}

export function expand(reading: Reading, env: Environment, word: string): string {
  const expanded = expandWord(word, env, reading.escape, reading.grammar)
  if (expanded.outcome === 'error') throw new GoError('word', expanded.text)
  return expanded.word
}

/** EXPOSE's way. */
export function checkWords(reading: Reading, env: Environment, word: string): void {
  const expanded = expandWords(word, env, reading.escape, reading.grammar)
  if (expanded.outcome === 'error') throw new GoError('word', expanded.text)
}
