import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { type Browser, launch, type Page } from 'puppeteer-core'

export type BrowserName = 'chrome' | 'firefox'

const PATHS: Readonly<Record<BrowserName, readonly string[]>> = {
  chrome: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
}

/** Whether it is installed where we look. */
export const hasBrowser = (browser: BrowserName): boolean => PATHS[browser].some(existsSync)

/** Debian's own browsers: `apt-get install chromium firefox-esr`. `preferences` are Firefox's. */
export function startBrowser(browser: BrowserName, preferences: Record<string, unknown> = {}): Promise<Browser> {
  const executablePath = PATHS[browser].find(existsSync)
  if (executablePath === undefined) throw new Error(`no ${browser}: apt-get install chromium firefox-esr`)
  const args = browser === 'chrome' ? ['--no-sandbox'] : []
  return launch({
    browser,
    executablePath,
    headless: true,
    args,
    extraPrefsFirefox: preferences,
    protocolTimeout: 600_000,
  })
}

/** Serves one script, and an empty page that has it, on a port of its own. */
export function serve(script: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><title>layerfold</title><script src="/page.js"></script>')
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      resolve({ url: `http://127.0.0.1:${port}/`, close: () => server.close() })
    })
  })
}

type Functions = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>

/** Calls functions of the global `page` that the script has made, of that type. */
export function asking<F extends Functions>() {
  return <K extends keyof F & string>(
    tab: Page,
    what: K,
    ...args: Parameters<F[K]>
  ): Promise<Awaited<ReturnType<F[K]>>> => {
    const call = (what: string, args: unknown[]) =>
      (window as unknown as { page: Record<string, (...args: unknown[]) => unknown> }).page[what]!(...args)
    return tab.evaluate(call, what, args) as Promise<Awaited<ReturnType<F[K]>>>
  }
}
