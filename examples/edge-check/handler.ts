import { runCheck } from './check.ts'
import { isProblem, type Problem, problemResponse } from './problem.ts'
import { defaultLimits, type Limits, readCheck } from './read-check.ts'
import { refresh, type Seen, type SnapshotBinding } from './snapshot.ts'

export interface EdgeOptions {
  readonly snapshots: SnapshotBinding
  /** Asked of the binding. */
  readonly snapshotURL?: string
  /** How long a snapshot is taken to be fresh, in milliseconds. */
  readonly freshFor?: number
  readonly limits?: Partial<Limits>
  /** The clock, in milliseconds. */
  readonly now?: () => number
}

/**
 * Answers `POST /check`: what would this build reuse? With `?require=cache`, a build that is not fully cached is answered with 412, for `curl --fail`.
 * The one thing that it remembers is the snapshot.
 */
export function edgeCheck(options: EdgeOptions): (request: Request) => Promise<Response> {
  const { snapshots, snapshotURL = 'http://snapshots/images', freshFor = 30_000, now = Date.now } = options
  const limits = { ...defaultLimits, ...options.limits }
  let seen: Seen | undefined
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    const refused = refusal(request.method, pathname)
    if (refused !== undefined) return problemResponse(refused)
    const check = await readCheck(request, limits)
    if (isProblem(check)) return problemResponse(check)
    try {
      if (seen === undefined || now() - seen.at >= freshFor) seen = await refresh(snapshots, snapshotURL, seen, now())
    } catch {
      return problemResponse({
        name: 'no-snapshot',
        status: 503,
        title: 'The images cannot be read now.',
        headers: { 'retry-after': '5' },
      })
    }
    const result = runCheck(seen.store, check, limits, now)
    if (isProblem(result)) return problemResponse(result)
    const status = searchParams.get('require') === 'cache' && result.verdict !== 'cached' ? 412 : 200
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    return new Response(`${JSON.stringify(result)}\n`, { status, headers })
  }
}

function refusal(method: string, pathname: string): Problem | undefined {
  if (pathname !== '/check') return { name: 'not-found', status: 404, title: 'There is only /check.' }
  if (method === 'POST') return undefined
  return { name: 'method', status: 405, title: 'Post a check.', headers: { allow: 'POST' } }
}
