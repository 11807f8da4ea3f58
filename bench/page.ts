import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import type { Page } from 'puppeteer-core'
import { build as buildOnPage } from '../examples/browser-simulator/model/build.ts'
import { toJSON, toPlain } from '../examples/browser-simulator/model/plain.ts'
import { noFlags, type State } from '../examples/browser-simulator/model/state.ts'
import { tagImage } from '../src/store/tags.ts'
import { hasBrowser } from '../test/browser/browsers.ts'
import { launch, serve } from '../test/browser/harness.ts'
import { median } from './measure.ts'
import type { Row } from './report.ts'
import { siblingStore } from './workload.ts'

const PAGE = 'examples/browser-simulator'
const KEYSTROKES = 100

/** From a keystroke to the frame that shows its verdicts, in Chromium: the page as it is, and the page with a `predict` that does nothing. Milliseconds. */
export async function keystrokes(size: number): Promise<Row[]> {
  if (!hasBrowser('chrome')) return [{ question: 'page: not measured: no Chromium (apt-get install chromium)', size }]
  const file = join(mkdtempSync(join(tmpdir(), 'layerfold-page-')), 'case.json')
  writeFileSync(file, toJSON(toPlain(caseOf(size))))
  const browser = await launch('chromium')
  try {
    const found: Record<string, Typed> = {}
    for (const [name, plugins] of Object.entries({ page: [], 'without prediction': [withoutPrediction] })) {
      const { url, close } = await serve(await folderOf(plugins))
      const page = await (await browser.createBrowserContext()).newPage()
      await page.setViewport({ width: 1280, height: 900 })
      await page.goto(url)
      await page.waitForSelector('textarea[aria-label=Dockerfile]')
      found[name] = await typeInto(page, file)
      close()
    }
    const [on, off] = [found['page']!, found['without prediction']!]
    return [
      {
        question: 'page: keystroke to verdicts, 40 steps, milliseconds',
        size,
        page: median(on.times),
        'without prediction': median(off.times),
        'page ÷ without': median(on.times) / median(off.times),
        'dropped of 100': on.dropped,
        'dropped without': off.dropped,
        'folder, gzip': await folderSize(),
      },
    ]
  } finally {
    await browser.close()
  }
}

/** 40 steps, all of them built, in a store of so many images. */
function caseOf(size: number): State {
  const { store, parent } = siblingStore(size)
  const lines = Array.from({ length: 40 }, (_, n) => (n % 4 === 0 ? `ENV STEP_${n}=${n}` : `RUN make step-${n} --all`))
  const inputs = { dockerfile: ['FROM base', ...lines].join('\n'), files: {}, flags: noFlags }
  const [images, prediction] = buildOnPage({ images: tagImage(store, 'base', parent.id) }, inputs)
  if (prediction?.outcome !== 'built') throw new Error('the case is not built')
  const moment = { id: '1', parent: undefined, label: 'bench', images, built: inputs, draft: inputs }
  return { moments: [moment], at: '1' }
}

async function folderOf(plugins: readonly Plugin[]): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'layerfold-page-'))
  writeFileSync(join(outdir, 'index.html'), readFileSync(join(PAGE, 'index.html')))
  await build({
    entryPoints: [join(PAGE, 'main.tsx'), join(PAGE, 'style.css')],
    outdir,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    tsconfig: 'tsconfig.json',
    plugins: [...plugins],
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outdir
}

async function folderSize(): Promise<number> {
  const folder = await folderOf([])
  return readdirSync(folder).reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
}

/** What the page asks is answered at once, with nothing. */
const withoutPrediction: Plugin = {
  name: 'without-prediction',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^layerfold\/predict$/, namespace: 'file' }, () => ({ path: 'predict', namespace: 'nothing' }))
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({
      resolveDir: process.cwd(),
      contents: `export * from './src/predict/index.ts'
        const nothing = { outcome: 'built', problems: [], warnings: [], unknownSources: [], stages: [], steps: [] }
        export const predict = (state, { engine }) => [state, { engine, ...nothing }]`,
    }))
  },
}

interface Typed {
  readonly times: readonly number[]
  /** Keystrokes whose frame came later than the one after the next. */
  readonly dropped: number
}

/** Keys at the end of the file, one after the other, as someone types who is quick. */
async function typeInto(page: Page, file: string): Promise<Typed> {
  const input = await page.$('header input[type=file]')
  await (input as unknown as { uploadFile: (path: string) => Promise<void> }).uploadFile(file)
  await page.waitForFunction(
    () => document.querySelector<HTMLTextAreaElement>('textarea[aria-label=Dockerfile]')?.value.includes('step-39'),
    { timeout: 60_000 },
  )
  await page.focus('textarea[aria-label=Dockerfile]')
  await page.keyboard.down('Control')
  await page.keyboard.press('End')
  await page.keyboard.up('Control')
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(globalThis, { times })
    document.addEventListener(
      'keydown',
      () => {
        const start = performance.now()
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => times.push(performance.now() - start) // after the frame is made
        requestAnimationFrame(() => port2.postMessage(undefined))
      },
      true,
    )
  })
  for (let at = 0; at < KEYSTROKES + 10; at++) {
    await page.keyboard.press('x')
    await new Promise((done) => setTimeout(done, 80))
  }
  const all = await page.evaluate(() => (globalThis as unknown as { times: number[] }).times)
  const times = all.slice(-KEYSTROKES)
  return { times, dropped: times.filter((time) => time > 2 * FRAME).length }
}

const FRAME = 1000 / 60
