import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..')

/** kB, minified and gzipped: everything that the subpath exports, imported alone, as the README tells. A new subpath needs a line there. */
const TOLD: Readonly<Record<string, number>> = Object.fromEntries(
  Array.from(
    readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^\| `layerfold(\S*)` .*\| +(\d+) \|$/gm),
    ([, subpath, kilobytes]) => [`.${subpath}`, Number(kilobytes)],
  ),
)

/** What a page or an edge function takes of it: the rest must fall away. */
const USES: readonly { readonly code: string; readonly budget: number }[] = [
  { code: `export { emptyStore, createImage, setParent, cacheFrom, probe, docker17_03 } from 'layerfold'`, budget: 20 },
  { code: `export { emptyStore, createImage, setParent, cacheFrom, probe, rules } from 'layerfold'`, budget: 21.5 },
  { code: `export { shortID } from 'layerfold'`, budget: 1 },
  { code: `export { parseDockerfile, grammar20_10 } from 'layerfold/dockerfile'`, budget: 11 },
  { code: `export { isBuildContext } from 'layerfold/dockerfile'`, budget: 1 },
  { code: `export { predict } from 'layerfold/predict'`, budget: 64 },
  { code: `export { buildClassic, classic17_03 } from 'layerfold/predict'`, budget: 44 },
  {
    code: `export { emptyStore, createImage } from 'layerfold'; export { buildClassic, classic17_03 } from 'layerfold/predict'`,
    budget: 44,
  },
]

const NEEDS_NODE: readonly string[] = ['./node', './snapshot/fs', './package.json']
const portable = Object.keys(manifest.exports).filter((subpath) => !NEEDS_NODE.includes(subpath))

/** The published files, as the bundler of a page takes them. */
async function bundle(code: string): Promise<{ readonly text: string; readonly gzip: number }> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    alias: Object.fromEntries(
      portable.map((subpath) => [`layerfold${subpath.slice(1)}`, published(subpath)]).reverse(),
    ),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'silent',
  })
  const [file] = outputFiles
  return { text: file!.text, gzip: gzipSync(file!.contents, { level: 9 }).length }
}

function published(subpath: string): string {
  const target = manifest.exports[subpath as '.']
  return join(ROOT, target.default)
}

const FORBIDDEN =
  /(?<![.\w])(?:(?:eval|Function|require)\s*\(|process\s*[.?[]|WebAssembly|__dirname|XMLHttpRequest|Deno|Bun\b).{0,20}/g

describe.each(portable)('the bundle of %s', (subpath) => {
  it('needs no Node, no eval and no WebAssembly', async () => {
    const { text } = await bundle(`export * from 'layerfold${subpath.slice(1)}'`) // an import of a built-in would not resolve
    expect(text.match(FORBIDDEN) ?? []).toEqual([])
    const names = builtinModules.filter((name) => text.includes(`"node:${name}"`) || text.includes(`from"${name}"`))
    expect(names).toEqual([])
  })

  it('is as large as the README says', async () => {
    const { gzip } = await bundle(`export * from 'layerfold${subpath.slice(1)}'`)
    console.log(`layerfold${subpath.slice(1)}: ${gzip} bytes`)
    expect(Math.abs(gzip / 1000 - TOLD[subpath]!)).toBeLessThan(1)
  })
})

describe('tree shaking', () => {
  it.each(USES)('$code', async ({ code, budget }) => {
    const { gzip } = await bundle(code)
    console.log(`${code}: ${gzip} bytes`)
    expect(gzip / 1000).toBeLessThan(budget)
  })

  it('has nothing to keep when nothing is used', async () => {
    for (const subpath of portable) expect((await bundle(`import 'layerfold${subpath.slice(1)}'`)).text).toBe('')
  })
})

it('the package holds what it names', () => {
  const files = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  )
  for (const file of [...files, manifest.bin.layerfold])
    expect(readFileSync(join(ROOT, file)).length).toBeGreaterThan(0)
})
