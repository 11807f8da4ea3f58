/** For workerd (Cloudflare Workers), and for `deno serve`. */
import { edgeCheck } from './handler.ts'
import type { SnapshotBinding } from './snapshot.ts'

interface Environment {
  readonly SNAPSHOTS?: SnapshotBinding
}

let handler: ((request: Request) => Promise<Response>) | undefined

const worker = {
  async fetch(request: Request, { SNAPSHOTS }: Environment = {}): Promise<Response> {
    const snapshots = SNAPSHOTS ?? {
      fetch: (url, init) => fetch(new URL(new URL(url).pathname, 'http://127.0.0.1:8081'), init),
    }
    handler ??= edgeCheck({ snapshots })
    return await handler(request)
  },
}

export default worker
