import { describe, expect, it } from 'vitest'
import { GoError, orGoError } from '../../src/go/error.ts'
import { readJSON } from '../../src/go/json-read.ts'

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('readJSON', () => {
  it('reads as deep as Go does', () => {
    expect(readJSON(nested(9_000))).toBeInstanceOf(Array)
    expect(readJSON(` ${nested(9_000)}`)).toBeInstanceOf(Array)
  })

  it.each([10_002, 200_000])('refuses %i levels as Go does, whatever the stack', (depth) => {
    expect(orGoError(() => readJSON(nested(depth)))).toMatchObject({
      kind: 'json-syntax',
      message: 'exceeded max depth',
    })
    expect(orGoError(() => readJSON(` ${nested(depth)}`))).toBeInstanceOf(GoError)
  })
})
