import { expect, it } from 'vitest'
import { readFigures, withTables } from '../bench/docs.ts'

it('docs/benchmarks.md has the figures of docs/benchmarks.json: `npm run bench:docs` puts them there', () => {
  const { page, rows } = readFigures()
  expect(withTables(page, rows)).toBe(page)
  const told = Array.from(page.matchAll(/<!-- (.+) -->/g), ([, question]) => question)
  expect(new Set(rows.map(({ question }) => question))).toEqual(new Set(told))
})
