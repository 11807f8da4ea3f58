import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contextOf } from 'layerfold/dockerfile'
import { beforeAll, describe, expect, it } from 'vitest'
import { type EdgeOptions, edgeCheck } from '../../examples/edge-check/handler.ts'
import type { SnapshotBinding } from '../../examples/edge-check/snapshot.ts'
import { layerfold, temporary } from '../cli/layerfold.ts'

const EXAMPLE = join(import.meta.dirname, '../../examples/rebuild')
const dockerfile = readFileSync(join(EXAMPLE, 'app/Dockerfile'), 'utf8')
const context = contextOf({ Dockerfile: dockerfile, a: readFileSync(join(EXAMPLE, 'app/a')) }, { modes: 'cli23' })
const good = { dockerfile, context, cacheFrom: ['c:1'] }

let snapshot: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  const [env, file] = [{ LAYERFOLD_STORE: temporary() }, join(temporary(), 'snapshot')]
  await layerfold(['import', 'tiny.tar', 'app.tar'], { env })
  expect(await layerfold(['snapshot', '-o', file], { env })).toMatchObject({ code: 0 })
  snapshot = new Uint8Array(readFileSync(file))
})

/** A KV that counts what it is asked. */
function binding(answers: readonly (() => Response)[] = []): SnapshotBinding & { asked: (string | null)[] } {
  const asked: (string | null)[] = []
  return {
    asked,
    fetch: async (_, init) => {
      const etag = new Headers(init.headers).get('if-none-match')
      asked.push(etag)
      const given = answers[asked.length - 1]
      if (given !== undefined) return given()
      return etag === '"1"' ? new Response(null, { status: 304 }) : new Response(snapshot, { headers: { etag: '"1"' } })
    },
  }
}

function post(body: unknown, path = '/check', init: RequestInit = {}): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Request(`http://edge${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
    ...init,
  })
}

const handler = (options: Partial<EdgeOptions> = {}) => edgeCheck({ snapshots: binding(), ...options })

async function ask(body: unknown, path?: string, options?: Partial<EdgeOptions>) {
  const response = await handler(options)(post(body, path))
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() }
}

describe('a check', () => {
  it('of a cached build names the image', async () => {
    const { status, body } = await ask(good)
    expect(status).toBe(200)
    expect(body).toMatchObject({ verdict: 'cached', unknownSources: [] })
    expect(body.image).toMatch(/^sha256:a4eb5d377a49/)
    expect(body.steps).toHaveLength(7)
    expect(body.steps[1]).toMatchObject({ step: '2/7', text: 'ENV A=1', status: 'hit', via: 'restored' })
  })

  it('of an edited build says where and why it misses, with a status to branch on', async () => {
    const edited = { ...good, dockerfile: dockerfile.replace('echo one', 'echo 1') }
    const { status, body } = await ask(edited, '/check?require=cache')
    expect(status).toBe(412)
    expect(body.verdict).toBe('partly-cached')
    expect(body).not.toHaveProperty('image')
    expect(body.steps[3].reason).toMatchObject({ code: 'command', sentence: expect.stringContaining('echo 1 > /one') })
    expect((await ask(edited)).status).toBe(200)
    expect((await ask(good, '/check?require=cache')).status).toBe(200)
  })

  it('of a build that fails says so in the daemon’s words', async () => {
    const { status, body } = await ask({ dockerfile: 'FROM nothing\n' })
    expect({ status, verdict: body.verdict, error: body.error }).toEqual({
      status: 200,
      verdict: 'fails',
      error: 'No such image: nothing:latest',
    })
  })

  it('never gives a build argument back', async () => {
    const secret = 'hunter2 "quoted" \\ value'
    const files = [
      'FROM tiny\nARG S\nRUN login\n',
      'FROM tiny\nARG S\nENV A=$S\nRUN x\n',
      'FROM tiny\nARG S\nLABEL a=$S\nCOPY $S /\n',
      'ARG S\nFROM $S\n',
      'FROM tiny\nARG S\nWORKDIR /$S\nRUN x\n',
      'FROM tiny\nARG S\nEXPOSE $S\n',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the Dockerfile's own
      'FROM tiny\nARG S\nUSER ${S:?x}\nADD http://$S/x /\n',
      'FROM tiny\nARG S\nSTOPSIGNAL $S\nHEALTHCHECK CMD $S\n',
      'FROM tiny AS $S\nARG S\nCOPY --from=$S a b\n',
    ]
    for (const each of files) {
      const { body } = await ask({ ...good, dockerfile: each, buildArgs: { S: secret } })
      expect(JSON.stringify(body), each).not.toContain('hunter2')
    }
  })
})

describe('the snapshot', () => {
  it('is fetched once, and asked for by its ETag when it is no longer fresh', async () => {
    let time = 0
    const snapshots = binding()
    const check = edgeCheck({ snapshots, freshFor: 10, now: () => time })
    for (time of [0, 9, 10, 15, 20]) expect((await check(post(good))).status).toBe(200)
    expect(snapshots.asked).toEqual([null, '"1"', '"1"'])
  })

  it('stays as it was while its origin is down, and without one the answer is 503', async () => {
    const down = () => new Response('no', { status: 500 })
    const broken = () => new Response('no snapshot')
    const snapshots = binding([down, broken, () => new Response(snapshot), down, broken])
    const check = edgeCheck({ snapshots, freshFor: 0 })
    const statuses = []
    for (let tries = 0; tries < 5; tries++) statuses.push((await check(post(good))).status)
    expect(statuses).toEqual([503, 503, 200, 200, 200])
  })
})

describe('a problem', () => {
  const entry = { path: 'a', type: 'file', mode: 420, uid: 0, gid: 0, size: 1, sum: 'a'.repeat(64) }
  const cases: readonly [string, number, unknown][] = [
    ['a body that is not JSON', 400, '{'],
    ['an empty body', 400, ''],
    ['no object', 400, '[]'],
    ['null', 400, 'null'],
    ['no Dockerfile', 400, {}],
    ['a context that is none', 400, { dockerfile, context: { entries: [{ ...entry, sum: 'x' }] } }],
    ['a mode that is none', 400, { dockerfile, context: { entries: [{ ...entry, mode: 1e99 }] } }],
    ['sources that are no list', 400, { dockerfile, cacheFrom: 'c:1' }],
    ['build arguments that are no texts', 400, { dockerfile, buildArgs: { A: 1 } }],
    ['an engine that is none', 400, { dockerfile, engine: '__proto__' }],
    ['a syntax error', 422, { dockerfile: 'FROM x\nFRUM y\n' }],
    ['too many lines', 422, { dockerfile: `FROM tiny\n${'\n'.repeat(3000)}` }],
    ['too many steps', 422, { dockerfile: `FROM tiny\n${'ENV A=1\n'.repeat(300)}` }],
    ['too many sources', 422, { dockerfile, cacheFrom: Array(17).fill('c:1') }],
    ['a body that is too large', 413, { dockerfile: '#'.repeat(5e6) }],
  ]
  it.each(cases)('of %s is %i', async (_, expected, body) => {
    const { status, type, body: problem } = await ask(body)
    expect({ status, type }).toEqual({ status: expected, type: 'application/problem+json' })
    expect(problem).toMatchObject({
      status,
      title: expect.any(String),
      type: expect.stringMatching(/^tag:layerfold,2026:problems\//),
    })
  })

  it('of a Dockerfile tells the line', async () => {
    const { body } = await ask({ dockerfile: 'FROM x\nFRUM y\n' })
    expect(body.problems).toEqual([{ line: 2, text: 'dockerfile parse error line 2: unknown instruction: FRUM' }])
  })

  it('of the request itself', async () => {
    const check = handler()
    const of = async (request: Request) => (await check(request)).status
    expect(await of(new Request('http://edge/check'))).toBe(405)
    expect(await of(post(good, '/other'))).toBe(404)
    expect(await of(post(good, '/check', { headers: { 'content-type': 'text/plain' } }))).toBe(415)
  })

  it('of a stream that never ends is told as soon as it is too large, or too slow', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled++
        controller.enqueue(new Uint8Array(65536))
      },
    })
    const streamed = (body: ReadableStream) => post('', '/check', { body, duplex: 'half' } as RequestInit)
    expect((await handler()(streamed(endless))).status).toBe(413)
    expect(pulled).toBeLessThan(70)
    const silent = new ReadableStream()
    expect((await handler({ limits: { milliseconds: 50 } })(streamed(silent))).status).toBe(408)
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    expect((await handler()(streamed(failing))).status).toBe(400)
  })

  it('of a body whose length the server has checked is the same', async () => {
    const sized = (body: BodyInit, length: number, limits = {}) => {
      const headers = { 'content-type': 'application/json', 'content-length': String(length) }
      return handler({ limits })(post('', '/check', { headers, body, duplex: 'half' } as RequestInit))
    }
    const text = JSON.stringify(good)
    expect((await sized(text, text.length)).status).toBe(200)
    expect((await sized(text, 5e6)).status).toBe(413)
    expect((await sized(text, 1, { bodyBytes: 10 })).status).toBe(413)
    expect((await sized(new ReadableStream(), 10, { milliseconds: 50 })).status).toBe(408)
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    expect((await sized(failing, 10)).status).toBe(400)
  })

  it('of a check that takes too long', async () => {
    let time = 0
    const { status, body } = await ask(good, '/check', { now: () => (time += 6000) })
    expect({ status, title: body.title }).toEqual({ status: 422, title: 'The check takes too long.' })
  })
})
