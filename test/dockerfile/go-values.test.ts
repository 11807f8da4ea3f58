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

  it('ports in the order of the words, each once', () => {
    const words = ['82', '80-83', '81-84/UDP', '84-85', '83/tcp']
    const ports = ['82/tcp', '80/tcp', '81/tcp', '83/tcp', '81/udp', '82/udp', '83/udp', '84/udp', '84/tcp', '85/tcp']
    expect(parseExposed(words)).toEqual({ outcome: 'ports', ports })
  })

  it('a range that comes again and again makes its ports once', () => {
    const found = parseExposed(Array.from({ length: 1000 }, () => '1-65535'))
    expect(found.outcome === 'ports' && found.ports.length).toBe(65535)
  })
})
