import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createContext, Script } from 'node:vm'
import { build } from 'esbuild'
import puppeteer from 'puppeteer-core'
import type { Report } from './cases.ts'
import type { Reports } from './entry.ts'
import { startWorkerd } from './workerd.ts'

/** One runtime: the row of the matrix, and how the suite runs there. `dir` holds the installed package, `run.mjs` and `entry.ts`. */
export interface Place {
  readonly name: string
  readonly run: (dir: string) => Promise<{ readonly version: string; readonly core: Report; readonly full?: Report }>
}

export const places: readonly Place[] = [
  node('Node 20', 'node20/bin/node'),
  node('Node 22', 'node22/bin/node'),
  node('Node 24', 'node24/bin/node'),
  {
    name: 'Deno',
    run: async (dir) =>
      command(dir, '.bin/deno', ['run', '--no-prompt', '--node-modules-dir=manual', `--allow-read=${dir}`, 'run.mjs']),
  },
  { name: 'Bun', run: async (dir) => command(dir, '.bin/bun', ['run.mjs']) },
  { name: 'workerd', run: inWorkerd },
  {
    name: 'Chromium',
    run: (dir) =>
      inBrowser(dir, 'chrome', ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']),
  },
  { name: 'Firefox', run: (dir) => inBrowser(dir, 'firefox', ['/usr/bin/firefox-esr', '/usr/bin/firefox']) },
  { name: 'bare context', run: inBareContext },
]

function node(name: string, path: string): Place {
  return { name, run: async (dir) => command(dir, path, ['run.mjs']) }
}

function command(dir: string, path: string, args: readonly string[]): { version: string } & Reports {
  const program = join(dir, 'node_modules', path)
  const options = { cwd: dir, encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 26 } as const
  const version = execFileSync(program, ['--version'], options).trim().split('\n')[0]!
  return { version: version.replace(/ \(.*/, ''), ...(JSON.parse(execFileSync(program, args, options)) as Reports) }
}

/** The suite and the package as one file; a Node built-in in it would not resolve. */
async function bundle(dir: string, entry: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: dir },
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    target: 'es2022',
    globalName: 'suite',
    logLevel: 'error',
  })
  return outputFiles[0]!.text
}

const WORKER = `import { runAll } from './entry.ts'
import { assets } from './assets.mjs'
export default { async fetch() { return Response.json(await runAll(assets)) } }`

async function inWorkerd(dir: string): Promise<{ version: string } & Reports> {
  writeFileSync(join(dir, 'worker.mjs'), await bundle(dir, WORKER, 'esm'))
  const version = execFileSync(join(dir, 'node_modules/.bin/workerd'), ['--version'], { encoding: 'utf8' }).trim()
  const { first, stop } = await startWorkerd(dir, 'worker.mjs')
  try {
    if (!first.ok) throw new Error(await first.text())
    return { version, ...((await first.json()) as Reports) }
  } finally {
    await stop()
  }
}

const PAGE = (
  exports: Readonly<Record<string, string>>,
): string => `<!doctype html><meta charset="utf-8"><title>suite</title>
<script type="importmap">${JSON.stringify({ imports: exports })}</script>
<script type="module">
import { runAll } from './entry.mjs'
import { assets } from './assets.mjs'
runAll(assets).then((reports) => { window.reports = reports }, (error) => { window.reports = { error: String(error) } })
</script>`

/** The package's own files, unbundled, through an import map. */
async function inBrowser(
  dir: string,
  browser: 'chrome' | 'firefox',
  paths: readonly string[],
): Promise<{ version: string } & Reports> {
  const executablePath = paths.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error(`no ${browser} in ${paths.join(', ')}`)
  const server = await serve(dir)
  const { port } = server.address() as AddressInfo
  const quiet = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  const opened = await puppeteer.launch({
    browser,
    executablePath,
    headless: true,
    args: browser === 'chrome' ? quiet : [],
  })
  try {
    const page = await opened.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.waitForFunction('window.reports !== undefined', { timeout: 60_000 })
    const reports = (await page.evaluate('window.reports')) as Reports & { readonly error?: string }
    if (reports.error !== undefined) throw new Error(reports.error)
    return { version: await opened.version(), ...reports }
  } finally {
    await opened.close()
    server.close()
  }
}

async function serve(dir: string): Promise<Server> {
  const { exports } = JSON.parse(readFileSync(join(dir, 'node_modules/layerfold/package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly default?: string }>>
  }
  const map = Object.entries(exports).flatMap(([subpath, target]) =>
    target.default === undefined
      ? []
      : [[`layerfold${subpath.slice(1)}`, `/node_modules/layerfold${target.default.slice(1)}`] as const],
  )
  const server = createServer(({ url = '/' }, response) => {
    const isPage = url === '/'
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript')
    if (isPage) response.end(PAGE(Object.fromEntries(map)))
    else if (url.includes('..') || !existsSync(join(dir, url))) response.writeHead(404).end()
    else createReadStream(join(dir, url)).pipe(response)
  })
  return await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

const BARE = `import { runCases } from './cases.ts'
import { core } from './core.ts'
export const run = (assets) => runCases(core, assets)`

/** A new global with what ECMAScript itself has, and TextEncoder and TextDecoder. */
async function inBareContext(dir: string): Promise<{ version: string; core: Report }> {
  const code = await bundle(dir, BARE, 'iife')
  const assets = readFileSync(join(dir, 'assets.mjs'), 'utf8').replace('export const assets =', '')
  const bare = createContext({ TextEncoder, TextDecoder }, { codeGeneration: { strings: false, wasm: false } })
  const wanted = new Script(`${code}\nglobalThis.process === undefined && suite.run(${assets}).then(JSON.stringify)`)
  return {
    version: `node:vm ${process.version}`,
    core: JSON.parse((await wanted.runInContext(bare)) as string) as Report,
  }
}
