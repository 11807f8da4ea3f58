import { quote } from '../go/quote.ts'
import type { Int64 } from '../go/struct.ts'
import type { HealthConfig } from '../image/config.ts'
import { parseDuration } from './duration.ts'
import { fault } from './fault.ts'
import { type Flags, readFlags } from './flags.ts'
import type { Grammar } from './grammar.ts'
import type { Node } from './node.ts'
import { toUpper } from './text.ts'

/** What HEALTHCHECK sets (spec 8.5). Durations and retries that are not given stay absent, as does a 0 where that means the same. */
export function readHealth(node: Node, grammar: Grammar): HealthConfig {
  const type = toUpper(node.args[0]!)
  const words = node.args.slice(1)
  if (type === 'NONE') {
    if (words.length > 0) throw fault('HEALTHCHECK NONE takes no arguments')
    return { Test: ['NONE'] }
  }
  const flags = readFlags('HEALTHCHECK', node, grammar)
  if (type !== 'CMD') throw fault(`Unknown type ${quote(type)} in HEALTHCHECK (try CMD)`)
  if (words.length === 0) throw fault('Missing command after HEALTHCHECK CMD')
  const times = TIMES.flatMap(([flag, field]) => {
    const time = readTime(flags, flag, grammar)
    return time === 0 ? [] : [[field, time] as const]
  })
  const retries = readRetries(flags.get('retries') ?? '', grammar)
  return {
    Test: [node.json ? 'CMD' : 'CMD-SHELL', ...words],
    ...Object.fromEntries(times),
    ...(retries === 0 ? {} : { Retries: retries }),
  }
}

const TIMES = [
  ['interval', 'Interval'],
  ['timeout', 'Timeout'],
  ['start-period', 'StartPeriod'],
  ['start-interval', 'StartInterval'],
] as const satisfies readonly (readonly [string, keyof HealthConfig])[]

/** 0 where the flag is not given. */
function readTime(flags: Flags, flag: string, { leastHealth }: Grammar): Int64 {
  const text = flags.get(flag) ?? ''
  if (text === '') return 0
  const time = parseDuration(text)
  const nanoseconds = Number(time)
  if (time === 0 && leastHealth === 'zero-or-1ms') return 0
  if (leastHealth === 'positive') {
    if (nanoseconds <= 0) throw fault(`Interval ${quote(flag)} must be positive`)
  } else if (nanoseconds < 1e6) {
    throw fault(`Interval ${quote(flag)} cannot be less than 1ms`)
  }
  return time
}

/** Go's strconv.ParseInt to 32 bits. */
function readRetries(text: string, { leastHealth }: Grammar): number {
  if (text === '') return 0
  const failed = (why: string) => fault(`strconv.ParseInt: parsing ${quote(text)}: ${why}`)
  if (!/^[-+]?\d+$/.test(text)) throw failed('invalid syntax')
  const retries = Number(text)
  if (retries < -(2 ** 31) || retries >= 2 ** 31) throw failed('value out of range')
  if (leastHealth === 'zero-or-1ms') {
    if (retries < 0) throw fault(`--retries cannot be negative (${retries})`)
  } else if (retries < 1) {
    throw fault(`--retries must be at least 1 (not ${retries})`)
  }
  return retries
}
