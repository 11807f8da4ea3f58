import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseDuration, printDuration } from '../../src/dockerfile/duration.ts'
import { parseExposed } from '../../src/dockerfile/ports.ts'

/** What Go 1.19's time package and go-connections' nat package answered; ports sorted. */
interface Row {
  readonly in: string
  readonly out?: readonly string[]
  readonly error?: string
}
const go = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, 'go-values.json.gz'))).toString()) as Record<
  'durations' | 'ports',
  readonly Row[]
>

const message = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return 'no error'
}

describe('as Go has it', () => {
  it.each(go.durations)('duration $in', ({ in: text, out, error }) => {
    if (error !== undefined) expect(message(() => parseDuration(text))).toBe(error)
    else expect([String(parseDuration(text)), printDuration(parseDuration(text))]).toEqual(out)
  })

  it.each(go.ports)('port $in', ({ in: text, out, error }) => {
    const found = parseExposed([text])
    if (found.outcome === 'error') expect(found.text).toBe(error)
    else expect([...found.ports].sort()).toEqual(out)
  })
})
