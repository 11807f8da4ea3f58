import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { printDuration } from '../../src/dockerfile/duration.ts'
import { grammar20_10 } from '../../src/dockerfile/grammar.ts'
import type { Instruction } from '../../src/dockerfile/instruction.ts'
import { parseDockerfile } from '../../src/dockerfile/parse.ts'
import { parseExposed } from '../../src/dockerfile/ports.ts'
import { expandWord, expandWords } from '../../src/dockerfile/words.ts'
import { quote, quoteRune } from '../../src/go/quote.ts'

/** Dockerfiles run by moby v20.10.24's own builder: the text of each image made, or the error. */
interface Vector {
  readonly name: string
  readonly dockerfile: string
  readonly error: string | null
  readonly created: readonly string[]
  readonly buildArgs: Readonly<Record<string, string>> | null
  readonly baseConfig: Readonly<Record<string, { readonly Env?: readonly string[] }>>
}

const vectors = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, 'vectors.json.gz'))).toString(),
) as readonly Vector[]

/** The least of a builder: enough to see what the words of an instruction become. */
function makeStage(vector: Vector, token: '\\' | '`', env: string[], meta: ReadonlyMap<string, string>) {
  const args = new Map<string, string | undefined>()
  const scope = (): string[] => {
    const given = [...args].flatMap(([key, value]) => {
      const found = vector.buildArgs?.[key] ?? value ?? meta.get(key)
      return found === undefined || env.some((pair) => pair.startsWith(`${key}=`)) ? [] : [`${key}=${found}`]
    })
    return [...env, ...given]
  }
  const one = (word: string, within = scope()): string => {
    const found = expandWord(word, within, token, grammar20_10)
    if (found.outcome === 'error') throw new Error(found.text)
    return found.word
  }
  const setEnv = (pair: string): void => {
    const key = pair.slice(0, pair.indexOf('=') + 1)
    const at = env.findIndex((old) => old.startsWith(key))
    if (at < 0) env.push(pair)
    else env[at] = pair
  }
  const expose = (ports: readonly string[]): string => {
    const words = ports.flatMap((port) => {
      const found = expandWords(port, scope(), token, grammar20_10)
      if (found.outcome === 'error') throw new Error(found.text)
      return found.words
    })
    const exposed = parseExposed(words)
    if (exposed.outcome === 'error') throw new Error(exposed.text)
    return words.join(' ')
  }
  let shell: readonly string[] = ['/bin/sh', '-c']
  const comment = (step: Instruction): string | undefined => {
    switch (step.kind) {
      case 'ENV':
      case 'LABEL': {
        const within = scope()
        const pairs = step.pairs.map(({ key, value }) => `${one(key, within)}=${one(value, within)}`)
        if (step.kind === 'ENV') pairs.forEach(setEnv)
        return pairs.join(' ')
      }
      case 'ARG': {
        const within = scope()
        const words = step.args.map(({ key, value }) => [one(key, within), value && one(value, within)] as const)
        for (const [key, value] of words) args.set(key, value)
        return words.map(([key, value]) => (value === undefined ? key : `${key}=${value}`)).join(' ')
      }
      case 'EXPOSE':
        return expose(step.ports)
      case 'USER':
      case 'STOPSIGNAL':
        return one(step.value)
      case 'MAINTAINER':
        return step.value
      case 'VOLUME':
        return `[${step.paths.map((path) => one(path)).join(' ')}]`
      case 'SHELL':
        shell = step.words
        return `[${step.words.join(' ')}]`
      case 'ONBUILD':
        return step.expression
      case 'CMD':
      case 'ENTRYPOINT': {
        const words = step.words === undefined || step.json ? (step.words ?? []) : [...shell, ...step.words]
        return `[${words.map(quote).join(' ')}]`
      }
      case 'HEALTHCHECK': {
        const { Test, Interval = 0, Timeout = 0, StartPeriod = 0, Retries = 0 } = step.health
        const times = [Interval, Timeout, StartPeriod].map((time) => quote(printDuration(time)))
        return `&{[${Test!.map(quote).join(' ')}] ${times.join(' ')} ${quoteRune(Number(Retries))}}`
      }
    }
    return undefined
  }
  return comment
}

it.each(vectors)('$name: $dockerfile', (vector) => {
  const file = parseDockerfile(vector.dockerfile, grammar20_10)
  if (file.problems.length > 0) {
    expect(file.problems.map(({ text }) => text)).toEqual([vector.error])
    expect(vector.created).toEqual([])
    return
  }
  expect(vector.error ?? '').not.toMatch(/parse|current context/)
  const [meta, created] = [new Map<string, string>(), [...vector.created]]
  for (const { args } of file.metaArgs)
    for (const { key, value } of args) {
      const found = expandWord(
        value ?? '',
        [...meta].map(([k, v]) => `${k}=${v}`),
        file.escape,
        grammar20_10,
      )
      if (found.outcome === 'word' && value !== undefined) meta.set(key, found.word)
    }
  for (const { from, instructions } of file.stages) {
    const base = expandWord(
      from.base,
      [...meta].map(([key, value]) => `${key}=${value}`),
      file.escape,
      grammar20_10,
    )
    const config = vector.baseConfig[base.outcome === 'word' ? base.word : ''] as
      | { readonly Env?: readonly string[]; readonly OnBuild?: readonly string[] }
      | undefined
    created.splice(0, config?.OnBuild?.length ?? 0)
    const comment = makeStage(vector, file.escape, [...(config?.Env ?? [])], meta)
    for (const step of instructions) {
      let text: string | undefined
      try {
        text = comment(step)
      } catch (error) {
        expect((error as Error).message).toBe(vector.error)
        return
      }
      const next = created.shift()
      if (next === undefined) return
      if (text !== undefined) expect(next).toContain(`#(nop)  ${step.kind} ${text}`)
    }
  }
})
