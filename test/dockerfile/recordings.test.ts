import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { grammar20_10 } from '../../src/dockerfile/grammar.ts'
import { type Dockerfile, parseDockerfile } from '../../src/dockerfile/parse.ts'
import { readGoString } from '../../src/go/text.ts'

/** What a real daemon, 20.10.24, printed of each build: step texts, the error, warnings. */
interface Build {
  readonly name: string
  readonly dockerfile: string
  readonly path: string
  readonly steps: readonly string[]
  readonly total: number | null
  readonly labels: number
  readonly target: string | null
  readonly error: string | null
  readonly warnings: string | null
}

const read = (file: string): unknown[] =>
  JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, file))).toString()) as unknown[]

const builds = read('builds.json.gz') as Build[]

const stepTexts = ({ metaArgs, stages }: Dockerfile): string[] => [
  ...metaArgs.map(({ text }) => text),
  ...stages.flatMap(({ from, instructions }) => [from.text, ...instructions.map(({ text }) => text)]),
]

const isParseError = ({ steps, error }: Build): boolean => steps.length === 0 && !error?.includes('build target')

/** A JSON recording cannot hold invalid UTF-8. */
const printed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

describe('recorded builds of 20.10.24', () => {
  it.each(builds)('$name', (build) => {
    const text = readGoString(Buffer.from(build.dockerfile, 'base64'))
    const file = parseDockerfile(text, grammar20_10, build.path)
    if (isParseError(build)) {
      expect(file.problems.map((problem) => problem.text)).toEqual([build.error])
      expect(file.stages).toEqual([])
      return
    }
    expect(file.problems).toEqual([])
    const texts = stepTexts(file).map(printed)
    if (build.steps.length > 0) {
      const own = build.steps.slice(0, Math.min(build.steps.length, build.total! - build.labels))
      expect(texts.slice(0, own.length)).toEqual(own)
      if (build.target === null) expect(texts.length).toBe(build.total! - build.labels)
    }
    expect(file.warnings.map((warning) => `${warning.text}\n`).join('')).toBe(build.warnings ?? '')
  })
})
