import { type Int64, int64Of } from '../go/struct.ts'
import { fault } from './fault.ts'
import { toByteText } from './text.ts'

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // the micro sign
  μs: 1e3, // the Greek letter
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
}

const LIMIT = 2n ** 63n

/** Go's time.ParseDuration, in nanoseconds. Throws a GoError with Go's text. */
export function parseDuration(text: string): Int64 {
  const invalid = () => fault(`time: invalid duration ${quoteBytes(text)}`)
  const digits = text.replace(/^[-+]/, '')
  if (digits === '0') return 0
  if (digits === '') throw invalid()
  let total = 0n
  const part = /(\d*)(\.(\d*))?([^.\d]*)/y
  while (part.lastIndex < digits.length) {
    const [, whole, , fraction, unit] = part.exec(digits) as unknown as [string, string, string?, string?, string?]
    if (!whole && !fraction) throw invalid()
    const value = BigInt(whole || '0')
    if (value > LIMIT) throw invalid()
    if (!unit) throw fault(`time: missing unit in duration ${quoteBytes(text)}`)
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit]! : undefined
    if (scale === undefined) throw fault(`time: unknown unit ${quoteBytes(unit)} in duration ${quoteBytes(text)}`)
    const nanoseconds = value * BigInt(scale) + fractionOf(fraction ?? '', scale)
    total += nanoseconds
    if (nanoseconds > LIMIT || total > LIMIT) throw invalid()
  }
  if (text.startsWith('-')) return int64Of(-total)
  if (total === LIMIT) throw invalid()
  return int64Of(total)
}

/** Go computes this part in float64, and gives up on digits once they fill an int64. */
function fractionOf(digits: string, unit: number): bigint {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    if (value > (LIMIT - 1n) / 10n) break
    const next = value * 10n + BigInt(digit)
    if (next > LIMIT) break
    value = next
    scale *= 10
  }
  return BigInt(Math.trunc(Number(value) * (unit / scale)))
}

/** Go's Duration.String of nanoseconds: `1m30s`, `1.5s`, `250ms`, `0s`. */
export function printDuration(nanoseconds: Int64): string {
  const value = BigInt(nanoseconds)
  const sign = value < 0n ? '-' : ''
  const size = value < 0n ? -value : value
  if (size === 0n) return '0s'
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1000_000n) return `${sign}${decimal(size, 3)}µs`
  if (size < 1000_000_000n) return `${sign}${decimal(size, 6)}ms`
  const minutes = size / 60_000_000_000n
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return sign + seconds
  return `${sign}${minutes < 60n ? '' : `${minutes / 60n}h`}${minutes % 60n}m${seconds}`
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  return digits.slice(0, -places) + (fraction && `.${fraction}`)
}

/** The time package's own quoting: bytes beyond ASCII and controls as `\xNN`. */
function quoteBytes(text: string): string {
  const escaped = toByteText(text).replace(/["\\]|[^ -\x7f]/g, (char) =>
    char === '"' || char === '\\' ? `\\${char}` : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  return `"${escaped}"`
}
