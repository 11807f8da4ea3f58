import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { createImage, emptyStore, type ImageStore, tagImage } from 'layerfold'
import { contextOf } from 'layerfold/dockerfile'
import { predict } from 'layerfold/predict'
import { exportSnapshot } from 'layerfold/snapshot'
import { edgeCheck } from '../examples/edge-check/handler.ts'
import type { Row } from './report.ts'

/** A build of 10 steps, all cached, beside a handler that only parses the same body: microseconds a request, the two in turn. */
export async function edgeCost(): Promise<Row[]> {
  const rows: Row[] = []
  for (const files of [1, 100, 2000]) {
    const { body, snapshot } = setUp(files)
    const check = edgeCheck({
      snapshots: { fetch: async () => new Response(new Uint8Array(snapshot)) },
      freshFor: Number.POSITIVE_INFINITY,
    })
    const parse = async (request: Request): Promise<Response> => Response.json(typeof (await request.json()))
    const first = await (await check(post(body))).json()
    if ((first as { verdict?: string }).verdict !== 'cached') throw new Error(JSON.stringify(first))
    const [checkTime, parseTime] = await inTurn([check, parse], body)
    rows.push({
      question: 'edge: a cached build of 10 steps',
      size: files,
      bytes: body.length,
      check: checkTime!,
      parse: parseTime!,
      times: checkTime! / parseTime!,
    })
  }
  return rows
}

/** What a worker has to load. Bytes, minified; compare `layerfold` in the suite `size`. */
export function edgeSize(): Row[] {
  const contents = bundleWorker()
  return [{ question: 'edge: the worker, bytes', size: contents.length, gzip: gzipSync(contents, { level: 9 }).length }]
}

/** The edge check as a deployment would bundle it. */
export function bundleWorker(): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: ['examples/edge-check/worker.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    mainFields: ['module', 'main'],
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]!.contents
}

const STEPS = [
  'ENV A=1',
  'COPY . /app',
  'WORKDIR /app',
  'RUN one',
  'RUN two',
  'ARG V',
  'LABEL a=b',
  'RUN three',
  'USER me',
  'CMD x',
]

/** The body of a check that has so many files, and the snapshot in which it is all cached. */
export function setUp(count: number): { readonly body: string; readonly snapshot: Uint8Array } {
  const dockerfile = `FROM base:1\n${STEPS.join('\n')}\n`
  const files = Object.fromEntries(Array.from({ length: count }, (_, at) => [`src/module-${at}/file.ts`, `${at}`]))
  const context = contextOf({ Dockerfile: dockerfile, ...files })
  const [{ images }] = predict({ images: withBase() }, { engine: 'docker20', dockerfile, context })
  return { body: JSON.stringify({ dockerfile, context }), snapshot: exportSnapshot(images) }
}

function withBase(): ImageStore {
  const raw = new TextEncoder().encode('{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}')
  const [store, result] = createImage(emptyStore(), raw)
  if (result.outcome === 'error') throw new Error(result.text)
  return tagImage(store, 'base:1', result.id)
}

function post(body: string): Request {
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
  return new Request('http://edge/check', { method: 'POST', body, headers })
}

type Handler = (request: Request) => Promise<Response>

/** The median of 15 samples of each; those before them are for the engine to compile what is called often. */
async function inTurn(handlers: readonly Handler[], body: string): Promise<number[]> {
  const times = handlers.map((): number[] => [])
  const each = Math.max(5, Math.floor(2e6 / (body.length + 1e4)))
  for (let sample = -15; sample < 15; sample++) {
    for (const [at, handler] of handlers.entries()) {
      const start = performance.now()
      for (let count = 0; count < each; count++) await (await handler(post(body))).text()
      if (sample >= 0) times[at]!.push(((performance.now() - start) / each) * 1000)
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[all.length >> 1]!)
}
