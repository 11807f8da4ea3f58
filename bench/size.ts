import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Row } from './report.ts'

const CORE = `export { emptyStore, createImage, setParent, removeImage, tagImage, getImage, cacheFrom, probe, reasonsFor, commit, changesBetween, applyChanges } from './src/index.ts'
export { docker17_03 } from './src/cache/rules.ts'`

const PARTS: Readonly<Record<string, string>> = {
  'core: store, cache, one rule set': CORE,
  'of that: Immer': `export { Immer } from 'immer'`,
  'of that: SHA-256': `export { startSHA256, sha256Hex } from './src/digest/sha256.ts'`,
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
