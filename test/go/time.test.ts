import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GoError, orGoError } from '../../src/go/error.ts'
import { compareTime, readTime, sameTime, writeTime, zeroTime } from '../../src/go/time.ts'

describe('readTime and writeTime', () => {
  it.each([
    ['T11: trailing zeros go', '2020-01-02T03:04:05.120Z', '2020-01-02T03:04:05.12Z'],
    ['T11: an offset of zero is written Z', '2020-01-02T03:04:05+00:00', '2020-01-02T03:04:05Z'],
    ['T11: another offset is kept', '2020-01-02T03:04:05-07:30', '2020-01-02T03:04:05-07:30'],
    ['T12: the tenth digit is cut', '2020-01-02T03:04:05.1234567899Z', '2020-01-02T03:04:05.123456789Z'],
    ['a bare dot goes with its zeros', '2020-01-02T03:04:05.000Z', '2020-01-02T03:04:05Z'],
    ['spec 2.2: a one-digit hour', '2020-01-02T3:04:05Z', '2020-01-02T03:04:05Z'],
    ['spec 2.2: a comma', '2020-01-02T03:04:05,5Z', '2020-01-02T03:04:05.5Z'],
    ['spec 2.2: an offset of a day', '2020-01-02T03:04:05+24:00', '2020-01-02T03:04:05+24:00'],
    ['a leap day of a year of 400', '2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
    ['the zero time', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['the year 0', '0000-02-29T00:00:00Z', '0000-02-29T00:00:00Z'],
    ['the last second', '9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
  ])('%s', (_, text, written) => {
    expect(writeTime(readTime(text))).toBe(written)
  })

  it.each([
    '2020-01-02t03:04:05z',
    '2020-01-02 03:04:05Z',
    '2020-1-02T03:04:05Z',
    '2020-02-30T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2020-13-01T00:00:00Z',
    '2020-01-02T24:00:00Z',
    '2020-01-02T03:60:05Z',
    '2020-01-02T03:04:60Z',
    '2020-01-02T03:04:05.Z',
    '12020-01-02T03:04:05Z',
    '2020-01-02T03:04:05',
    '2020-01-02T03:04:05Z ',
    '',
  ])('T13, spec 2.2: %j is no time', (text) => {
    expect(orGoError(() => readTime(text))).toMatchObject({ kind: 'time-parse' })
  })

  it('spec 2.1.8: a year beyond 0 … 9999 cannot be written', () => {
    const late = readTime('9999-12-31T23:59:59-01:00')
    expect(writeTime(late)).toBe('9999-12-31T23:59:59-01:00')
    expect(orGoError(() => writeTime({ ...late, zone: 'Z' }))).toBeInstanceOf(GoError)
    expect(orGoError(() => writeTime({ ...zeroTime, seconds: zeroTime.seconds - 367 * 86400 }))).toBeInstanceOf(GoError)
  })

  it('agree with Date on every second of four-digit years', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          const time = readTime(date.toISOString())
          expect(time.seconds * 1000 + time.nanos / 1e6).toBe(date.getTime())
          expect(Date.parse(writeTime(time))).toBe(date.getTime())
        },
      ),
    )
  })
})

describe('sameTime', () => {
  const at = (rest: string) => readTime(`2020-01-02T${rest}`)

  it.each([
    ['03:04:05Z', '03:04:05+00:00', false],
    ['03:04:05+00:00', '03:04:05-00:00', true],
    ['03:04:05.10Z', '03:04:05.1Z', true],
    ['03:04:05+02:00', '01:04:05Z', false],
    ['03:04:05+02:00', '03:04:05+02:00', true],
    ['03:04:05+02:00', '02:04:05+01:00', false],
  ])('spec 2.2, T71: %s and %s: %s', (a, b, same) => {
    expect(sameTime(at(a), at(b))).toBe(same)
  })

  it('spec 2.2: null equals null and no time', () => {
    expect(sameTime(undefined, undefined)).toBe(true)
    expect(sameTime(undefined, zeroTime)).toBe(false)
  })

  it('is finer than compareTime, which asks for the instant only', () => {
    expect(compareTime(at('03:04:05+02:00'), at('01:04:05Z'))).toBe(0)
    expect(compareTime(at('03:04:05.000000001Z'), at('03:04:05Z'))).toBeGreaterThan(0)
  })
})
