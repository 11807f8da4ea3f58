import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

it('docs/errors.md has a row for each error code, in the order of src/errors.ts', () => {
  const codes = Array.from(read('src/errors.ts').matchAll(/^ {2}'([a-z-]+)':/gm), ([, code]) => code)
  const rows = Array.from(read('docs/errors.md').matchAll(/^\| `([a-z-]+)`/gm), ([, code]) => code)
  expect(codes.length).toBeGreaterThan(0)
  expect(rows).toEqual(codes)
})

it('docs/reasons.md has a row for each cause, in the order of src/explain/cause.ts', () => {
  const codes = Array.from(read('src/explain/cause.ts').matchAll(/^ {2}\| '([a-z0-9-]+)'$/gm), ([, code]) => code)
  const rows = Array.from(read('docs/reasons.md').matchAll(/^\| `([a-z0-9-]+)`/gm), ([, code]) => code)
  expect(codes.length).toBeGreaterThan(20)
  expect(rows).toEqual(codes)
})
