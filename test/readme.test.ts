import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..')
const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
const PAGES = ['README.md', ...DOCS.map((name) => `docs/${name}`)]
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** What examples speak of and do not make: an archive of `docker save`. They run where `app.tar` lies. */
const GIVEN = `import { readFileSync } from 'node:fs'\nconst archive = new Uint8Array(readFileSync('app.tar'))\n`

const examples = PAGES.flatMap((page) =>
  Array.from(read(page).matchAll(/^```ts\n(.*?)^```/gms), ([, code], index) => ({ page, number: index + 1, code })),
)
const commands = PAGES.flatMap((page) =>
  Array.from(read(page).matchAll(/npm (?:run |(?=start|test))([\w:]+)/g), ([, script]) => ({ page, script })),
)

describe('the documents', () => {
  it('have examples and commands to check', () => {
    expect(examples.length).toBeGreaterThan(0)
    expect(commands.length).toBeGreaterThan(0)
  })

  it.each(examples)('$page: example $number runs', async ({ code }) => {
    const { outputFiles } = await build({
      stdin: { contents: `${GIVEN}${code}`, loader: 'ts', resolveDir: ROOT }, // tsconfig.json says where `layerfold` is
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
    })
    const cwd = join(ROOT, 'examples/rebuild')
    execFileSync(process.execPath, ['--input-type=module', '-'], { cwd, input: outputFiles[0]!.text, stdio: 'pipe' })
  })

  it.each(commands)('$page: npm run $script is a script', ({ script }) => {
    expect(manifest.scripts).toHaveProperty([script!])
  })

  it.each(PAGES)('%s: links lead to files', (page) => {
    const links = Array.from(read(page).matchAll(/\]\((?!https?:)([^)#]+)/g), ([, target]) => target!)
    for (const target of links) expect(() => readFileSync(join(ROOT, page, '..', target))).not.toThrow()
  })
})
