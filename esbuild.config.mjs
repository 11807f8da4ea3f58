/** Bundles each public subpath and the command into dist/, Immer and the hash inside: nothing reads `process`, and an installed layerfold needs no other package. */
import { rmSync } from 'node:fs'
import { build } from 'esbuild'
import manifest from './package.json' with { type: 'json' }

const entries = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'object' ? [target.default] : [],
)

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: [...entries, manifest.bin.layerfold].map((file) =>
    file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
  ),
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  external: ['node:*'],
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  mangleProps: /_$/, // Immer's own, as its production build has them; nobody else's names end so
})
