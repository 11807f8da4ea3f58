import { GoError } from './error.ts'

/**
 * An instant with nanoseconds, and how it was written: with a literal `Z`, or with a numeric offset. Go keeps the two apart even for `+00:00`,
 * and so does its deep equality (spec 2.2).
 */
export interface Time {
  /** Since 1970-01-01T00:00:00Z, may be negative. */
  readonly seconds: number
  /** 0 … 999 999 999. */
  readonly nanos: number
  /** `Z`, or seconds east of UTC. */
  readonly zone: 'Z' | number
}

/** Go's zero time, 0001-01-01T00:00:00Z. */
export const zeroTime: Time = /* @__PURE__ */ Object.freeze({ seconds: -62135596800, nanos: 0, zone: 'Z' })

/** Go 1.19's leniencies included: a one-digit hour, a comma before the fraction, offsets beyond a day, a sign inside an offset. */
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d|[+-]\d):(\d\d|[+-]\d))$/

/** As Go writes UTC. All but a few times are written so, and reading them is half of decoding a history. */
const PLAIN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** Reads RFC 3339 as Go's time.UnmarshalJSON does; throws a `time-parse` GoError. Digits beyond the ninth are cut. */
export function readTime(text: string): Time {
  const parts = PLAIN.test(text) ? plainParts(text) : everyPart(text)
  const [year, month, day, hour, minute, second] = parts.numbers
  const outOfRange = (what: string) =>
    new GoError('time-parse', `parsing time ${JSON.stringify(text)}: ${what} out of range`)
  if (month < 1 || month > 12) throw outOfRange('month')
  if (day < 1 || (day > 28 && day > daysIn(year, month))) throw outOfRange('day')
  if (hour > 23) throw outOfRange('hour')
  if (minute > 59) throw outOfRange('minute')
  if (second > 59) throw outOfRange('second')
  const local = Date.UTC(year + ROUND.years, month - 1, day, hour, minute, second) / 1000 - ROUND.seconds
  const { fraction, zone } = parts
  const nanos = fraction === '' ? 0 : Number(fraction.slice(0, 9).padEnd(9, '0'))
  return { seconds: zone === 'Z' ? local : local - zone, nanos, zone }
}

interface Parts {
  readonly numbers: readonly [year: number, month: number, day: number, hour: number, minute: number, second: number]
  readonly fraction: string
  readonly zone: Time['zone']
}

function plainParts(text: string): Parts {
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528
  const numbers: Parts['numbers'] = [two(0) * 100 + two(2), two(5), two(8), two(11), two(14), two(17)]
  return { numbers, fraction: text.slice(20, -1), zone: 'Z' }
}

function everyPart(text: string): Parts {
  const found = RFC3339.exec(text)
  if (found === null) throw new GoError('time-parse', `parsing time ${JSON.stringify(text)} as RFC 3339`)
  const [fraction = '', sign, hours, minutes] = found.slice(7)
  const offset = (Number(hours) * 60 + Number(minutes)) * 60
  const zone = sign === undefined ? 'Z' : sign === '-' && offset !== 0 ? -offset : offset
  return { numbers: found.slice(1, 7).map(Number) as unknown as Parts['numbers'], fraction, zone }
}

/** As Go's time.MarshalJSON writes it, without the quotes; throws a `json-marshal` GoError for years beyond 0 … 9999. */
export function writeTime(time: Time): string {
  const { seconds, nanos, zone } = time
  const offset = zone === 'Z' ? 0 : zone
  const local = new Date((seconds + offset) * 1000)
  const year = local.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) {
    throw new GoError('json-marshal', 'Time.MarshalJSON: year outside of range [0,9999]')
  }
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${local.toISOString().slice(0, 19)}${fraction}${writeZone(offset)}`
}

/** Whether Go's reflect.DeepEqual would call the two parsed times equal: same instant, and both `Z` or the same numeric offset. */
export function sameTime(a: Time | undefined, b: Time | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.seconds === b.seconds && a.nanos === b.nanos && a.zone === b.zone
}

/** Negative when `a` is the earlier instant, whatever the zones. */
export function compareTime(a: Time, b: Time): number {
  return a.seconds - b.seconds || a.nanos - b.nanos
}

function writeZone(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.trunc(Math.abs(offset) / 60)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year + ROUND.years, month, 0)).getUTCDate()
}

/** The Gregorian calendar repeats; `Date.UTC` takes the years 0 … 99 for 1900 … 1999, so everything is asked one round later. */
const ROUND = { years: 400, seconds: 146_097 * 86_400 }
