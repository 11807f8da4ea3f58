import { printDuration } from '../dockerfile/duration.ts'
import { quote, quoteRune } from '../go/quote.ts'
import type { Int64 } from '../go/struct.ts'
import type { HealthConfig } from '../image/config.ts'
import type { ClassicBuilder } from './builder.ts'

/** What Go's fmt makes of a pointer to a HealthConfig: `%q` of the struct, which quotes the retries as a character, or since 29.5 `%+v` (spec 8.5). */
export function healthText({ healthcheck }: ClassicBuilder, health: HealthConfig): string {
  const duration = (value: Int64 | undefined): string => printDuration(value ?? 0)
  const { Interval, Timeout, StartPeriod, StartInterval, Retries = 0 } = health
  const test = health.Test ?? []
  if (healthcheck === 'named') {
    const times = `Interval:${duration(Interval)} Timeout:${duration(Timeout)} StartPeriod:${duration(StartPeriod)}`
    return `&{Test:[${test.join(' ')}] ${times} StartInterval:${duration(StartInterval)} Retries:${Retries}}`
  }
  const times = [Interval, Timeout]
  if (healthcheck !== 'quoted') times.push(StartPeriod)
  if (healthcheck === 'quoted-with-start-interval') times.push(StartInterval)
  const fields = [`[${test.map(quote).join(' ')}]`, ...times.map((each) => quote(duration(each)))]
  return `&{${fields.join(' ')} ${quoteRune(Number(Retries))}}`
}
