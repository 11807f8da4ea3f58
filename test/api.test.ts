import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import typedoc from '../typedoc.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..')

function pages(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'))
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

it('docs/api is what the doc comments say: `npm run api` makes it', { timeout: 120_000 }, () => {
  const made = mkdtempSync(join(tmpdir(), 'layerfold-api-'))
  execFileSync(join(ROOT, 'node_modules/.bin/typedoc'), ['--out', made], { cwd: ROOT, stdio: 'pipe' })
  expect(pages(join(ROOT, 'docs/api'))).toEqual(pages(made))
})

it('docs/api has every subpath', () => {
  const sources = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'object' ? [target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')] : [],
  )
  expect([...typedoc.entryPoints].sort()).toEqual(sources.sort())
})
