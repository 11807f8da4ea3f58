/** The simulator, used as people use it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import type { BrowserSuite, BrowserTest, Setting } from './harness.ts'

const ROOT = join(import.meta.dirname, '../..')
const DIST = join(ROOT, 'examples/browser-simulator/dist')
const SHOTS = join(import.meta.dirname, 'shots')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }

/** In storage of its own, as a new visitor. Fails with any error of the page. */
async function visit({ browser, url }: Setting, use: (page: Page, open: () => Promise<Page>) => Promise<void>) {
  const visitor = await browser.createBrowserContext()
  const errors: string[] = []
  const open = async (): Promise<Page> => {
    const page = await visitor.newPage()
    page.on('pageerror', (error) => errors.push(String(error)))
    await resize(page, DESKTOP)
    await page.goto(url)
    await page.waitForSelector('.verdict')
    return page
  }
  try {
    await use(await open(), open)
    if (errors.length > 0) throw new Error(`the page failed: ${errors.join('; ')}`)
  } finally {
    await visitor.close()
  }
}

type Size = typeof DESKTOP

/** Debian's Firefox takes the size, but does not know the orientation that is told with it. */
async function resize(page: Page, size: Size): Promise<void> {
  try {
    await page.setViewport(size)
  } catch (error) {
    if (!String(error).includes('unknown command emulation.setScreenOrientationOverride')) throw error
  }
  await expectSoon(() => page.evaluate(() => `${innerWidth}×${innerHeight}`), `${size.width}×${size.height}`)
}

const words = (page: Page): Promise<string> =>
  page.$$eval('.verdict .word', (all) => all.map(({ textContent }) => textContent).join(' | '))

async function expectWords(page: Page, wanted: string): Promise<void> {
  await expectSoon(() => words(page), wanted)
}

async function expectSoon(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
  let found: unknown
  for (let tries = 0; tries < 60; tries++) {
    found = await read()
    if (found === wanted) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`)
}

function expect(fine: boolean, what: string): void {
  if (!fine) throw new Error(what)
}

const text = (page: Page, selector: string): Promise<string> =>
  page.evaluate((each) => document.querySelector(each)?.textContent?.trim() ?? '', selector)

async function press(page: Page, label: string): Promise<void> {
  await page.locator(`::-p-aria(${label})`).click()
}

/** By the keyboard: all that stands there is replaced. */
async function write(page: Page, selector: string, value: string): Promise<void> {
  await page.focus(selector)
  await page.keyboard.down('Control')
  await page.keyboard.press('a')
  await page.keyboard.up('Control')
  await page.keyboard.type(value)
}

async function start(page: Page, sample: string): Promise<void> {
  await page.locator(`.chip::-p-text(${sample})`).click()
}

async function upload(page: Page, selector: string, path: string): Promise<void> {
  const input = await page.$(selector)
  await (input as unknown as { uploadFile: (path: string) => Promise<void> }).uploadFile(path)
}

const EDITOR = 'textarea[aria-label=Dockerfile]'
const START = 'base | HIT | MISS | not probed | not probed | not probed'
const BUILT = 'base | HIT | HIT | HIT | HIT | HIT'

const flows: readonly BrowserTest[] = [
  {
    title: 'typing shows a verdict a line, and the reason',
    run: (setting) =>
      visit(setting, async (page) => {
        await expectWords(page, START)
        await expectSoon(() => text(page, '.sentence'), 'File src/index.js differs: its content changed.')
        await write(page, EDITOR, 'FROM node:20\nWORKDIR /app\nRUN ma')
        await expectWords(page, 'base | HIT | MISS')
        await page.keyboard.type('ke\nBOGUS')
        await expectWords(page, 'error')
        await expectSoon(() => text(page, '.summary'), 'dockerfile parse error line 4: unknown instruction: BOGUS')
      }),
  },
  {
    title: 'a build is there after a reload, and can be undone',
    run: (setting) =>
      visit(setting, async (page) => {
        await page.focus(EDITOR)
        await page.keyboard.down('Control')
        await page.keyboard.press('Enter')
        await page.keyboard.up('Control')
        await expectWords(page, BUILT)
        await new Promise((done) => setTimeout(done, 800))
        await page.reload()
        await page.waitForSelector('.verdict')
        await expectWords(page, BUILT)
        await expectSoon(() => text(page, '.moment[aria-current]'), '3 Build, 1 of 5 reused')
        await page.keyboard.down('Alt')
        await page.keyboard.press('ArrowLeft')
        await page.keyboard.up('Alt')
        await expectWords(page, START)
        await press(page, 'Forth')
        await expectWords(page, BUILT)
      }),
  },
  {
    title: 'an archive of docker save is a cache source, by picker and by drop',
    run: (setting) =>
      visit(setting, async (page) => {
        await upload(page, '.images input[type=file]', join(ROOT, 'examples/rebuild/tiny.tar'))
        await expectSoon(() => text(page, '.images [role=status]'), 'tiny.tar: 1 image, tiny:latest')
        const app = (file: string): Buffer => readFileSync(join(ROOT, 'examples/rebuild', file))
        await drop(page, { 'app.tar': app('app.tar') })
        await expectSoon(() => text(page, '.toast [role=status]'), 'app.tar: 1 image, c:1')
        await drop(page, { Dockerfile: app('app/Dockerfile'), a: app('app/a') })
        await write(page, '[id="flag---cache-from"]', 'c:1')
        // the archive's build was sent by a CLI of 23, whose modes have the bits of the file type: the page sends what one since 24 does
        await expectWords(page, 'base | HIT | MISS | not probed | not probed | not probed | not probed')
      }),
  },
  {
    title: 'a broken archive says so where it was given',
    run: (setting) =>
      visit(setting, async (page) => {
        await drop(page, { 'broken.tar': Buffer.from('this is no archive'.repeat(100)) })
        await page.waitForSelector('.toast [role=alert]')
        expect((await text(page, '.toast [role=alert]')).includes('archive-malformed'), 'no word of the archive')
        await expectWords(page, START)
      }),
  },
  {
    title: 'files dropped become the context',
    run: (setting) =>
      visit(setting, async (page) => {
        await drop(page, { Dockerfile: Buffer.from('FROM node:20\nCOPY Dockerfile /\n') })
        await expectWords(page, 'base | MISS')
        await expectSoon(() => page.$$eval('.files li', (all) => all.length), 0)
      }),
  },
  {
    title: 'two tabs show the same',
    run: (setting) =>
      visit(setting, async (first, open) => {
        const second = await open()
        await first.bringToFront()
        await write(first, EDITOR, 'FROM node:20\nWORKDIR /app\n')
        await expectWords(second, 'base | HIT')
        await second.bringToFront()
        await press(second, 'Build')
        await expectSoon(() => text(first, '.moment[aria-current]'), '3 Build, 1 of 1 reused')
      }),
  },
  {
    title: 'a link holds the case',
    run: (setting) =>
      visit(setting, async (page) => {
        await start(page, 'Multi-stage')
        const wanted = 'base | HIT | HIT | HIT | MISS | not probed | base | HIT | depends | depends'
        await expectWords(page, wanted)
        await press(page, 'Copy link')
        await expectSoon(() => page.evaluate(() => location.hash.startsWith('#case=')), true)
        const url = await page.evaluate(() => location.href)
        await visit({ ...setting, url }, async (other) => {
          await expectWords(other, wanted)
          await expectSoon(() => other.evaluate(() => location.hash), '')
        })
      }),
  },
  {
    title: 'an exported file brings the whole timeline',
    run: (setting) =>
      visit(setting, async (page) => {
        await start(page, 'Another umask')
        await press(page, 'Build')
        await page.evaluate(() => {
          const made = URL.createObjectURL
          URL.createObjectURL = (blob) => {
            ;(blob as Blob).text().then((json) => {
              ;(globalThis as { exported?: string }).exported = json
            })
            return made.call(URL, blob as Blob)
          }
        })
        await press(page, 'Export')
        const exported = () => page.evaluate(() => (globalThis as { exported?: string }).exported ?? '')
        await expectSoon(async () => (await exported()).startsWith('{"format":"layerfold-simulator-1"'), true)
        const file = join(tmpdir(), `layerfold-case-${process.pid}.json`)
        writeFileSync(file, await exported())
        await visit(setting, async (other) => {
          await upload(other, 'header input[type=file]', file)
          await expectSoon(() => other.$$eval('.moment', (all) => all.length), 7)
          await expectWords(other, 'base | HIT | HIT | HIT')
          writeFileSync(file, '{"not":"ours"}')
          await upload(other, 'header input[type=file]', file)
          await expectSoon(() => text(other, '.said'), 'This is not a file of the simulator.')
        })
      }),
  },
  {
    title: 'the tree is walked by keys, dragged and zoomed',
    run: (setting) =>
      visit(setting, async (page) => {
        await page.focus('[role=tree]')
        for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight'] as const) await page.keyboard.press(key)
        await expectSoon(
          () => page.$eval('.node.is-selected', (node) => node.getAttribute('aria-label')?.slice(0, 8)),
          'COPY dir',
        )
        const view = () => page.$eval('.tree g', (group) => group.getAttribute('transform'))
        const before = await view()
        await page.keyboard.press('+')
        const zoomed = await view()
        expect(zoomed !== before, 'no zoom')
        const box = (await (await page.$('[role=tree]'))!.boundingBox())!
        await page.mouse.move(box.x + 300, box.y + 40)
        await page.mouse.down()
        await page.mouse.move(box.x + 360, box.y + 60, { steps: 3 })
        await page.mouse.up()
        expect((await view()) !== zoomed, 'no pan')
        await page.keyboard.press('0')
        await expectSoon(view, before)
      }),
  },
  {
    title: 'needs nothing from elsewhere, and works from disk',
    run: (setting) =>
      visit(setting, async (page) => {
        const asked: string[] = []
        page.on('request', (request) => asked.push(request.url()))
        await page.reload()
        await page.waitForSelector('.verdict')
        await new Promise((done) => setTimeout(done, 500))
        const foreign = asked.filter((each) => !each.startsWith(setting.url) && !each.startsWith('data:'))
        expect(foreign.length === 0 && asked.length > 0, `asked for ${foreign}`)
        await page.goto(`file://${DIST}/index.html`)
        await page.waitForSelector('.verdict')
        await expectWords(page, START)
      }),
  },
  {
    title: 'typing moves no panel, and nothing is wider than a phone',
    run: (setting) =>
      visit(setting, async (page) => {
        const tops = () =>
          page.$$eval('.panel', (all) =>
            all.map((panel) => Math.round(panel.getBoundingClientRect().top + scrollY)).join(),
          )
        await expectSoon(() => page.$$eval('.cell.is-hit', (all) => all.length > 0), true)
        const before = await tops()
        await page.focus(EDITOR)
        for (const typed of [' ', 'x', '\n', 'x']) {
          await page.keyboard.type(typed)
          expect((await tops()) === before, `“${typed}” moved a panel`)
        }
        await resize(page, PHONE)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(wide <= 0, `${wide} px too wide`)
      }),
  },
]

async function drop(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const sent = Object.entries(files).map(([name, content]) => [name, content.toString('base64')] as const)
  await page.evaluate((all) => {
    const dataTransfer = new DataTransfer()
    for (const [name, base64] of all)
      dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name))
    const target = document.querySelector('main')!
    target.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }))
    target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  }, sent)
}

interface Look {
  readonly name: string
  readonly size: Size
  readonly scheme: 'light' | 'dark'
}

const LOOKS: readonly Look[] = [
  { name: 'desktop-light', size: DESKTOP, scheme: 'light' },
  { name: 'desktop-dark', size: DESKTOP, scheme: 'dark' },
  { name: 'phone-light', size: PHONE, scheme: 'light' },
  { name: 'phone-dark', size: PHONE, scheme: 'dark' },
]

interface Axe {
  run(
    options: object,
  ): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }>
}

/** Every state that looks different, in every look: no violation of WCAG 2.2 AA, and a screenshot to look at. */
const looks: readonly BrowserTest[] = LOOKS.map(({ name, size, scheme }) => ({
  title: `axe finds nothing: ${name}`,
  ...(scheme === 'dark' && { only: { browser: 'chromium', why: 'the protocol of Firefox cannot ask for it' } }),
  run: (setting) =>
    visit(setting, async (page) => {
      if (setting.name === 'chromium')
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await resize(page, size)
      const states: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['miss', async () => undefined],
        ['multi-stage', () => start(page, 'Multi-stage')],
        ['sources', () => start(page, '--cache-from tail')],
        ['broken', () => write(page, EDITOR, 'FROM python:3.12\nCOPY nothing.txt /\n')],
        ['compared', () => compare(page)],
      ]
      for (const [state, make] of states) {
        await make()
        await expectSoon(() => page.$$eval('.engines tbody td', (all) => all.length > 0), true)
        await new Promise((done) => setTimeout(done, 600))
        await page.screenshot({ path: join(SHOTS, `${setting.name}-${name}-${state}.png`), fullPage: true })
        await expectAccessible(page, state)
      }
    }),
}))

async function compare(page: Page): Promise<void> {
  await start(page, 'No .dockerignore')
  await press(page, 'Build')
  await page.select('#compare', '1')
  await page.focus('[role=tree]')
  await page.keyboard.press('ArrowRight')
  await page.locator('.file .name').click()
}

async function expectAccessible(page: Page, state: string): Promise<void> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run({ resultTypes: ['violations'] }),
  )
  const told = violations.map(
    ({ id, impact, nodes }) =>
      `${impact} ${id}: ${nodes.map((node) => `${node.html}\n   ${node.failureSummary}`).join('\n  ')}`,
  )
  expect(told.length === 0, `${state}: ${told.join('\n')}`)
}

export const page: BrowserSuite = {
  name: 'the simulator page',
  folder: async () => {
    mkdirSync(SHOTS, { recursive: true })
    execFileSync(process.execPath, [join(ROOT, 'examples/browser-simulator/build.mjs')])
    return DIST
  },
  tests: [...flows, ...looks],
}
