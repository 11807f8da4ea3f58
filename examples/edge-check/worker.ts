/** For workerd (Cloudflare Workers). Elsewhere: `Deno.serve(edgeCheck({ snapshots: { fetch } }))`, and server.ts for Node. */
import { edgeCheck } from './handler.ts'
import type { SnapshotBinding } from './snapshot.ts'

interface Environment {
  readonly SNAPSHOTS: SnapshotBinding
}

let handler: ((request: Request) => Promise<Response>) | undefined

const worker = {
  async fetch(request: Request, { SNAPSHOTS }: Environment): Promise<Response> {
    handler ??= edgeCheck({ snapshots: { fetch: (url, init) => SNAPSHOTS.fetch(url, init) } })
    return await handler(request)
  },
}

export default worker
