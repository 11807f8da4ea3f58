/** One static folder, which needs no server: `node build.mjs`, or `node build.mjs --serve` to look at it. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { context } from 'esbuild'

const here = import.meta.dirname
const outdir = join(here, 'dist')

rmSync(outdir, { recursive: true, force: true })
mkdirSync(outdir)
copyFileSync(join(here, 'index.html'), join(outdir, 'index.html'))
const page = await context({
  entryPoints: [join(here, 'main.tsx'), join(here, 'style.css')],
  outdir,
  bundle: true,
  minify: true,
  format: 'iife', // a page opened from disk may not load modules
  target: 'es2022',
  tsconfig: join(here, '../../tsconfig.json'),
  define: { 'process.env.NODE_ENV': '"production"' },
})
await page.rebuild()
if (process.argv.includes('--serve')) {
  const { port } = await page.serve({ servedir: outdir, host: '127.0.0.1' })
  console.log(`http://127.0.0.1:${port}/`)
} else await page.dispose()
