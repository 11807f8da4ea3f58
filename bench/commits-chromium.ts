import { build } from 'esbuild'
import { asking, hasBrowser, serve, startBrowser } from '../test/browser/browsers.ts'
import type { CommitsPage } from './commits-page.ts'
import { median } from './measure.ts'
import type { Row } from './report.ts'

const ask = asking<CommitsPage>()

/**
 * What does a commit of new images to IndexedDB cost as the store grows, beside writing 10 000 images with superjson alone, as a text and to IndexedDB? Microseconds; the
 * sizes take turns.
 */
export async function commitsInChromium(sizes: readonly number[]): Promise<Row[]> {
  if (!hasBrowser('chrome'))
    return sizes.map((size) => ({ question: 'commits in Chromium: not measured: apt-get install chromium', size }))
  const { outputFiles } = await build({
    entryPoints: ['bench/commits-page.ts'],
    bundle: true,
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const site = await serve(outputFiles[0]!.text)
  const browser = await startBrowser('chrome')
  try {
    const tab = await browser.newPage()
    await tab.goto(site.url)
    const rewrite = await ask(tab, 'rewrite', Math.min(10_000, sizes.at(-1)!))
    for (const size of sizes) await ask(tab, 'fill', size)
    const ones = sizes.map((): number[] => [])
    const hundreds = sizes.map((): number[] => [])
    const floor: number[] = []
    for (let round = 0; round < 60; round++) {
      floor.push(await ask(tab, 'put', round))
      for (const [at, size] of sizes.entries()) {
        ones[at]!.push(await ask(tab, 'commit', size, 1000 * round, 1))
        if (round % 5 === 0) hundreds[at]!.push(await ask(tab, 'commit', size, 1000 * round + 1, 100))
      }
    }
    return sizes.map((size, at) => {
      const one = median(ones[at]!)
      return {
        question: 'commits in Chromium',
        size,
        'a commit of 1': one * 1000,
        'of 100': median(hundreds[at]!) * 1000,
        'bare put': median(floor) * 1000,
        'superjson of 10000': rewrite.text * 1000,
        'that ÷ 1': rewrite.text / one,
        'to IndexedDB': rewrite.kept * 1000,
        'to IndexedDB ÷ 1': rewrite.kept / one,
      }
    })
  } finally {
    await browser.close()
    site.close()
  }
}
