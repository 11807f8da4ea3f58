import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { startWorkerd } from '../test/runtimes/workerd.ts'
import { setUp } from './edge.ts'
import { withWorkerd } from './edge-start.ts'
import { median } from './measure.ts'
import type { Row } from './report.ts'

const PARSE = `export default { fetch: async (request) => Response.json(request.method === 'GET' || typeof (await request.json())) }`

/**
 * As it is deployed: a build of 10 steps, all cached, asked of workerd over loopback on four connections, beside a worker that only parses the same body. Microseconds a
 * request, the two in turn.
 */
export async function edgeLoad(): Promise<Row[]> {
  return await withWorkerd(async (dir) => {
    writeFileSync(join(dir, 'parse.mjs'), PARSE)
    const rows: Row[] = []
    for (const files of [1, 100]) rows.push(await besideParsing(dir, files))
    return rows
  })
}

async function besideParsing(dir: string, files: number): Promise<Row> {
  const { body, snapshot } = setUp(files)
  const origin = createServer((_, response) => response.setHeader('etag', '"1"').end(snapshot))
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const { port } = origin.address() as AddressInfo
  const check = await startWorkerd(dir, 'check.mjs', port)
  const parse = await startWorkerd(dir, 'parse.mjs')
  try {
    const times: Record<'check' | 'parse', number[]> = { check: [], parse: [] }
    for (let sample = -5; sample < 9; sample++) {
      for (const [name, { url }] of [['check', check] as const, ['parse', parse] as const]) {
        const start = performance.now()
        await ask(new URL(url), body, REQUESTS)
        if (sample >= 0) times[name].push(((performance.now() - start) / REQUESTS) * 1000)
      }
    }
    const row = { check: median(times.check), parse: median(times.parse) }
    return {
      question: 'edge: the same in workerd, over loopback',
      size: files,
      bytes: body.length,
      ...row,
      times: row.check / row.parse,
      'checks a second': Math.round(1e6 / row.check),
    }
  } finally {
    await Promise.all([check.stop(), parse.stop()])
    origin.close()
  }
}

const REQUESTS = 1000

/** Plain sockets, so that the client is not what is measured. */
async function ask({ port, hostname }: URL, body: string, count: number): Promise<void> {
  const head = `POST /check HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`
  const request = Buffer.from(`${head}\r\n\r\n${body}`)
  let left = count
  const run = async (socket: Socket): Promise<void> => {
    while (left-- > 0) {
      socket.write(request)
      await answered(socket)
    }
    socket.end()
  }
  await Promise.all(Array.from({ length: 4 }, () => run(connect(Number(port), hostname).setNoDelay())))
}

/** Until one whole answer has come. Throws an Error where it is no 200. */
function answered(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (bytes: Buffer): void => {
      text += bytes.toString('latin1')
      const end = text.indexOf('\r\n\r\n') + 4
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
      if (end < 4 || text.length < end + length) return
      socket.off('data', read).off('error', reject)
      if (text.startsWith('HTTP/1.1 200') && !Number.isNaN(length)) resolve()
      else reject(new Error(text))
    }
    socket.on('data', read).on('error', reject)
  })
}
