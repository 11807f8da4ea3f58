/** For Node: `tsx examples/edge-check/server.ts SNAPSHOT [PORT]`. The snapshot's file is the binding; its time and size are the ETag. */
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { edgeCheck } from './handler.ts'
import type { SnapshotBinding } from './snapshot.ts'

export function fileBinding(path: string): SnapshotBinding {
  return {
    fetch: async (_, init) => {
      const { mtimeMs, size } = statSync(path)
      const etag = `"${mtimeMs}-${size}"`
      if (new Headers(init.headers).get('if-none-match') === etag) return new Response(null, { status: 304 })
      return new Response(new Uint8Array(readFileSync(path)), { headers: { etag } })
    },
  }
}

export function serve(handler: (request: Request) => Promise<Response>, port: number): Server {
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((error) => {
      console.error(error)
      outgoing.writeHead(500).end()
    })
  })
  return server.listen(port, '127.0.0.1')
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = hasBody ? { body: bodyOf(incoming), duplex: 'half' } : {}
  const init = { method, headers: headers as Record<string, string>, ...body }
  const response = await handler(new Request(new URL(url, 'http://localhost'), init))
  const isRead = incoming.complete
  if (!isRead) outgoing.shouldKeepAlive = false
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(await response.text())
  if (!isRead) letGo(incoming)
}

/** Giving up on the body must not close the connection: the answer has yet to be sent. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = incoming.iterator({ destroyOnReturn: false })
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await chunks.next()
    if (done) controller.close()
    else controller.enqueue(value)
  }
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

/** A client that is still sending hears the answer, and then the connection ends. */
function letGo(incoming: IncomingMessage): void {
  incoming.on('error', () => {}) // it has gone
  incoming.resume()
  setTimeout(() => incoming.destroy(), 500).unref()
}

const [, script, snapshot, port = '8080'] = process.argv
if (script?.endsWith('/server.ts') && snapshot !== undefined) {
  serve(edgeCheck({ snapshots: fileBinding(snapshot) }), Number(port)).on('listening', () =>
    console.log(`http://127.0.0.1:${port}/check`),
  )
}
