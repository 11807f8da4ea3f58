/** Real browsers, a folder served to them, and a count of what passed. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type Browser, launch as launchBrowser } from 'puppeteer-core'

export type BrowserName = 'chromium' | 'firefox'

export interface Setting {
  readonly browser: Browser
  readonly name: BrowserName
  /** Where `serve` has put the folder: `http://127.0.0.1:…/`. */
  readonly url: string
}

export interface BrowserTest {
  readonly title: string
  /** The one browser that it runs in, and why. Absent: in each. */
  readonly only?: { readonly browser: BrowserName; readonly why: string }
  /** Passes when it does not throw. */
  readonly run: (setting: Setting) => Promise<void>
}

/** Tests of one folder that is served to the browser. */
export interface BrowserSuite {
  readonly name: string
  /** Makes the folder and gives its path. */
  readonly folder: () => Promise<string>
  readonly tests: readonly BrowserTest[]
}

const EXECUTABLES = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' } as const

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launch(name: BrowserName): Promise<Browser> {
  const executablePath = process.env[name.toUpperCase()] ?? EXECUTABLES[name]
  if (name === 'chromium') return await launchBrowser({ executablePath, args: QUIET })
  return await launchBrowser({ browser: 'firefox', executablePath, headless: true })
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

export async function serve(folder: string): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer(({ url = '/' }, answer) => {
    const path = normalize(new URL(url, 'http://localhost').pathname)
    try {
      const content = readFileSync(join(folder, path.endsWith('/') ? `${path}index.html` : path))
      answer.writeHead(200, { 'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream' })
      answer.end(content)
    } catch {
      answer.writeHead(404).end()
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

const PATIENCE = 60_000

/** Whether it passed; says so. */
export async function runTest(test: BrowserTest, setting: Setting): Promise<boolean> {
  const title = `${setting.name}: ${test.title}`
  try {
    await within(PATIENCE, test.run(setting))
    console.log(`ok      ${title}`)
    return true
  } catch (error) {
    console.log(`FAILED  ${title}\n${error instanceof Error ? error.stack : error}`)
    return false
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`not done after ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
