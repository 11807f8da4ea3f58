import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page as Tab } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { chains } from '../snapshot/stores.ts'
import { asking, type BrowserName, serve, startBrowser } from './browsers.ts'
import type { Page } from './snapshot-page.ts'

let site: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'snapshot-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  site = await serve(outputFiles[0]!.text)
})
afterAll(() => site.close())

const ask = asking<Page>()

/** Firefox has no quota to set from outside; its own limit can be set at its start, in kilobytes. */
const SMALL_QUOTA = { 'dom.quotaManager.temporaryStorage.fixedLimit': 51_200 }

describe.each<BrowserName>(['chrome', 'firefox'])('%s', (name) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser(name)
  }, 60_000)
  afterAll(() => browser.close())
  const newTab = async (from: Browser = browser): Promise<Tab> => {
    const tab = await from.newPage()
    await tab.goto(site.url)
    return tab
  }

  it('has the same store after a reload, and in a worker', async () => {
    const tab = await newTab()
    expect(await ask(tab, 'open', 'a')).toBe(0)
    await ask(tab, 'fill', 'a', 2500)
    await ask(tab, 'compact', 'a')
    await ask(tab, 'add', 'a', 0, 5)
    const before = await ask(tab, 'digest', 'a')
    await tab.reload()
    expect(await ask(tab, 'open', 'a')).toBe(2505)
    expect(await ask(tab, 'digest', 'a')).toBe(before)
    expect(await ask(tab, 'inWorker', 'digest', 'a')).toBe(before)
    await ask(tab, 'inWorker', 'add', 'a', 100, 3)
    expect(await ask(tab, 'digest', 'a')).not.toBe(before)
    await tab.close()
  })

  it('lets two tabs write at once, and loses nothing', async () => {
    const [a, b] = [await newTab(), await newTab()]
    await ask(a, 'open', 'b')
    await ask(b, 'open', 'b')
    await ask(a, 'fill', 'b', 100)
    await Promise.all([ask(a, 'add', 'b', 0, 20), ask(b, 'add', 'b', 100, 20)])
    await Promise.all([ask(a, 'compact', 'b'), ask(b, 'add', 'b', 200, 5)])
    const digest = await ask(a, 'digest', 'b')
    expect(await ask(b, 'digest', 'b')).toBe(digest)
    expect(await ask(b, 'news')).toBeGreaterThan(0)
    await b.reload()
    expect(await ask(b, 'open', 'b')).toBe(145)
    expect(await ask(b, 'digest', 'b')).toBe(digest)
    await a.close()
    await b.close()
  })

  it('says when the quota is used up, and keeps what it had', async () => {
    const small = name === 'firefox' ? await startBrowser(name, SMALL_QUOTA) : browser
    const tab = await newTab(small)
    await ask(tab, 'open', 'c')
    await ask(tab, 'fill', 'c', 50)
    await ask(tab, 'close', 'c')
    await ask(tab, 'open', 'c')
    if (name === 'chrome') {
      const session = await tab.createCDPSession()
      await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 40_000_000 })
    }
    expect(await ask(tab, 'overfill', 'c')).toBe('storage-full')
    await tab.reload()
    expect(await ask(tab, 'open', 'c')).toBeGreaterThanOrEqual(50)
    await tab.close()
    if (small !== browser) await small.close()
  })

  it('gives the digest that Node gives', async () => {
    const tab = await newTab()
    await ask(tab, 'open', 'd')
    await ask(tab, 'fill', 'd', 300)
    expect(await ask(tab, 'digest', 'd')).toBe(storeDigest(chains(300)))
    await tab.close()
  })
})

describe('a commit in Chromium', () => {
  const sizes = (process.env['LAYERFOLD_SIZES'] ?? '1000,10000').split(',').map(Number)

  it(`costs the same in stores of ${sizes.join(' and ')}`, { timeout: 600_000 }, async () => {
    const browser = await startBrowser('chrome')
    const tab = await browser.newPage()
    await tab.goto(site.url)
    const times = await ask(tab, 'commits', sizes)
    console.log('Microseconds of a commit', times)
    const [small, large] = [times[`1 into ${sizes[0]}`]!, times[`1 into ${sizes.at(-1)}`]!]
    expect(large / small).toBeLessThan(3) // the bench says it closely; this only that it does not grow with the store
    await browser.close()
  })
})
