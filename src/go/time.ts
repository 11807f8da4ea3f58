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
  return (PLAIN.test(text) ? readPlainTime(text) : undefined) ?? readEveryTime(text)
}

/** `undefined` where a number is out of its range. */
function readPlainTime(text: string): Time | undefined {
  const number = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528
  const [year, month, day, hour, minute, second] = [
    number(0) * 100 + number(2),
    number(5),
    number(8),
    number(11),
    number(14),
    number(17),
  ]
  const valid = month >= 1 && month <= 12 && isDay(year, month, day) && hour < 24 && minute < 60 && second < 60
  if (!valid) return undefined
  const seconds = daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
  return { seconds, nanos: text.length > 20 ? Number(text.slice(20, -1).padEnd(9, '0')) : 0, zone: 'Z' }
}

function readEveryTime(text: string): Time {
  const parts = RFC3339.exec(text)
  if (parts === null) throw new GoError('time-parse', `parsing time ${JSON.stringify(text)} as RFC 3339`)
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const outOfRange = (what: string) =>
    new GoError('time-parse', `parsing time ${JSON.stringify(text)}: ${what} out of range`)
  if (month < 1 || month > 12) throw outOfRange('month')
  if (!isDay(year, month, day)) throw outOfRange('day')
  if (hour > 23) throw outOfRange('hour')
  if (minute > 59) throw outOfRange('minute')
  if (second > 59) throw outOfRange('second')
  const nanos = parts[7] === undefined ? 0 : Number(parts[7].slice(0, 9).padEnd(9, '0'))
  const zone = parts[8] === undefined ? 'Z' : offset(parts[8], parts[9]!, parts[10]!)
  const local = daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
  return { seconds: zone === 'Z' ? local : local - zone, nanos, zone }
}

/** As Go's time.MarshalJSON writes it, without the quotes; throws a `json-marshal` GoError for years beyond 0 … 9999. */
export function writeTime(time: Time): string {
  const offset = time.zone === 'Z' ? 0 : time.zone
  const local = time.seconds + offset
  const days = Math.floor(local / 86400)
  const [year, month, day] = civilFromDays(days)
  if (year < 0 || year > 9999) throw new GoError('json-marshal', 'Time.MarshalJSON: year outside of range [0,9999]')
  const rest = local - days * 86400
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':')
  const fraction = time.nanos === 0 ? '' : `.${String(time.nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}${fraction}${writeZone(offset)}`
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

function offset(sign: string, hours: string, minutes: string): number {
  const seconds = (Number(hours) * 60 + Number(minutes)) * 60
  return sign === '-' && seconds !== 0 ? -seconds : seconds
}

function writeZone(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.trunc(Math.abs(offset) / 60)
  return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function isDay(year: number, month: number, day: number): boolean {
  return day >= 1 && (day <= 28 || day <= daysIn(year, month))
}

function daysIn(year: number, month: number): number {
  return daysFromCivil(year, month + 1, 1) - daysFromCivil(year, month, 1)
}

const DAY = 86_400_000
/** The Gregorian calendar repeats; `Date.UTC` takes the years 0 … 99 for 1900 … 1999, so everything is asked one round later. */
const ROUND = { years: 400, days: 146_097 }

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  return Date.UTC(year + ROUND.years, month - 1, day) / DAY - ROUND.days
}

function civilFromDays(days: number): [year: number, month: number, day: number] {
  const date = new Date(days * DAY)
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
}
