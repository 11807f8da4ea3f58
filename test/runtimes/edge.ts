import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { digestText } from './cases.ts'
import { startWorkerd } from './workerd.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')

interface Answered {
  readonly name: string
  readonly digest: string
  readonly fault?: string
}

/** The edge check in workerd, Deno and Node: the same three requests over the same snapshot. */
export async function edgeChecks(dir: string): Promise<Answered[]> {
  const origin = await serveSnapshot(dir)
  try {
    const runs = [
      { name: 'edge check in workerd', run: () => inWorkerd(dir, origin.port) },
      {
        name: 'edge check in Deno',
        run: () => inProcess(dir, '.bin/deno', ['run', '--allow-net', 'edge-run.mjs'], origin.port),
      },
      { name: 'edge check in Node 20', run: () => inProcess(dir, 'node20/bin/node', ['edge-run.mjs'], origin.port) },
    ]
    const answered: Answered[] = []
    for (const { name, run } of runs) answered.push(await outcome(name, run))
    return answered
  } finally {
    origin.close()
  }
}

async function outcome(name: string, run: () => Promise<readonly string[]>): Promise<Answered> {
  try {
    const [good = '', edited = '', bad = ''] = await run()
    const isRight = good.startsWith('200 {"verdict":"cached"') && edited.startsWith('412 ') && bad.startsWith('422 ')
    const digest = digestText([good, edited, bad].join('\n'))
    return isRight ? { name, digest } : { name, digest, fault: `answers ${good}\n${edited}\n${bad}` }
  } catch (error) {
    return { name, digest: '', fault: String(error) }
  }
}

/** Made with the installed command, and served with an ETag. */
async function serveSnapshot(dir: string): Promise<{ readonly port: number; readonly close: () => void }> {
  const layerfold = (...args: string[]): unknown =>
    execFileSync(join(dir, 'node_modules/.bin/layerfold'), args, {
      cwd: join(EXAMPLES, 'rebuild'),
      env: { PATH: process.env['PATH'], LAYERFOLD_STORE: join(dir, 'edge-store') },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  layerfold('import', 'tiny.tar', 'app.tar')
  layerfold('snapshot', '-o', join(dir, 'edge-snapshot'))
  const bytes = readFileSync(join(dir, 'edge-snapshot'))
  const server = createServer(({ headers }, response) => {
    if (headers['if-none-match'] === '"1"') response.writeHead(304).end()
    else response.writeHead(200, { etag: '"1"' }).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  writeFileSync(join(dir, 'edge-requests.json'), JSON.stringify(requests(layerfold('context', 'app'))))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

function requests(context: unknown): readonly string[] {
  const dockerfile = readFileSync(join(EXAMPLES, 'rebuild/app/Dockerfile'), 'utf8')
  const good = { dockerfile, context: JSON.parse(String(context)), cacheFrom: ['c:1'], buildArgs: { UNUSED: 'secret' } }
  const edited = { ...good, dockerfile: dockerfile.replace('echo one', 'echo 1') }
  return [good, edited, { dockerfile: 'FROM x\nFRUM y\n' }].map((each) => JSON.stringify(each))
}

async function bundle(dir: string, entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(EXAMPLES, 'edge-check', entry)],
    outfile: join(dir, outfile),
    alias: Object.fromEntries(
      ['layerfold', 'layerfold/dockerfile', 'layerfold/explain', 'layerfold/predict', 'layerfold/snapshot']
        .map((name) => [name, installed(dir, name)])
        .reverse(),
    ),
    tsconfigRaw: {},
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  })
}

function installed(dir: string, name: string): string {
  return join(dir, 'node_modules/layerfold/dist', name.slice('layerfold'.length), 'index.js')
}

async function inWorkerd(dir: string, snapshots: number): Promise<readonly string[]> {
  await bundle(dir, 'worker.ts', 'edge-worker.mjs')
  const workerd = await startWorkerd(dir, 'edge-worker.mjs', snapshots)
  try {
    const texts: string[] = []
    for (const body of JSON.parse(readFileSync(join(dir, 'edge-requests.json'), 'utf8')) as string[]) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${workerd.url}check?require=cache`, { method: 'POST', body, headers })
      texts.push(`${response.status} ${await response.text()}`)
    }
    return texts
  } finally {
    await workerd.stop()
  }
}

const RUN = (port: number, bodies: string): string => `import { edgeCheck } from './edge-handler.mjs'
const check = edgeCheck({ snapshots: { fetch }, snapshotURL: 'http://127.0.0.1:${port}/' })
const texts = []
for (const body of ${bodies}) {
  const headers = { 'content-type': 'application/json' }
  const response = await check(new Request('http://edge/check?require=cache', { method: 'POST', body, headers }))
  texts.push(response.status + ' ' + (await response.text()))
}
console.log(JSON.stringify(texts))
`

async function inProcess(
  dir: string,
  program: string,
  args: readonly string[],
  port: number,
): Promise<readonly string[]> {
  await bundle(dir, 'handler.ts', 'edge-handler.mjs')
  writeFileSync(join(dir, 'edge-run.mjs'), RUN(port, readFileSync(join(dir, 'edge-requests.json'), 'utf8')))
  const { stdout } = await promisify(execFile)(join(dir, 'node_modules', program), args, { cwd: dir, timeout: 60_000 })
  return JSON.parse(stdout) as string[]
}
