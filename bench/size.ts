import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { median } from './measure.ts'
import type { Row } from './report.ts'

const PROBE = `export { emptyStore, createImage, setParent, cacheFrom, probe, docker17_03 } from './src/index.ts'`
const WRITES = `export { removeImage, tagImage, getImage, changesBetween, applyChanges, reasonsFor, commit } from './src/index.ts'`

const PARTS: Readonly<Record<string, string>> = {
  'core: a store, a cache, one rule set': PROBE,
  'the same with every write, reasons, changes': `${PROBE}\n${WRITES}`,
  'of that: Immer': `export { Immer } from 'immer'`,
  'of that: SHA-256': `export { startSHA256, sha256Hex } from './src/digest/sha256.ts'`,
  'of that: Go JSON and times': `export { readStruct } from './src/go/struct-read.ts'; export { writeStruct } from './src/go/struct-write.ts'`,
  'of that: persistent trie': `export * from './src/persistent/trie.ts'; export * from './src/persistent/digits.ts'`,
  'core and layerfold/predict': `${PROBE}\nexport { predict } from './src/predict/predict.ts'`,
  'core and the classic engine of 20.10': `${PROBE}\nexport { buildClassic } from './src/classic/build.ts'; export { classic17_03 } from './src/classic/engines.ts'`,
  'that and BuildKit': `${PROBE}\nexport { buildClassic } from './src/classic/build.ts'; export { classic17_03 } from './src/classic/engines.ts'; export { buildBuildkit, pruneBuildkit } from './src/buildkit/build.ts'; export { buildkit } from './src/buildkit/engines.ts'`,
  'that and Buildah': `${PROBE}\nexport { buildClassic } from './src/classic/build.ts'; export { classic17_03 } from './src/classic/engines.ts'; export { buildBuildah } from './src/buildah/build.ts'`,
  'layerfold/explain beside these': `${PROBE}\nexport { predict } from './src/predict/predict.ts'; export { explain } from './src/explain/explain.ts'`,
  'everything of layerfold': `export * from './src/index.ts'`,
  'layerfold/import alone': `export * from './src/import/index.ts'`,
}

/** How large is what a page loads? Bytes, minified and gzipped. */
export async function bundleSize(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [part, contents] of Object.entries(PARTS)) {
    const made = await build({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2022',
      define: { 'process.env.NODE_ENV': '"production"' },
      mangleProps: /_$/, // as the published files have it (esbuild.config.mjs)
    })
    const [file] = made.outputFiles
    rows.push({
      question: 'bundle, bytes',
      size: file!.contents.length,
      gzip: gzipSync(file!.contents, { level: 9 }).length,
      part,
    })
  }
  return rows
}

/** How long does a cold process take to import it, as it is published, and as one file a module? Milliseconds, the two in turn. */
export function coldImport(): Row[] {
  const loose = join('bench', 'results', 'unbundled')
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly', 'false', '--outDir', loose])
  writeFileSync(join(loose, 'package.json'), '{ "type": "module" }')
  const files = { bundled: join('dist', 'index.js'), unbundled: join(loose, 'index.js') }
  const times: Record<keyof typeof files, number[]> = { bundled: [], unbundled: [] }
  for (let sample = 0; sample < 15; sample++) {
    for (const name of ['bundled', 'unbundled'] as const) times[name].push(importTime(files[name]))
  }
  const row = { bundled: median(times.bundled), unbundled: median(times.unbundled) }
  return [{ question: 'cold import, ms', size: readFileSync(files.bundled).length, ...row }]
}

function importTime(file: string): number {
  const script = `const s = performance.now(); await import(${JSON.stringify(resolve(file))}); console.log(performance.now() - s)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))
}
