import type { ImageStore } from 'layerfold'
import { importSnapshot } from 'layerfold/snapshot'

/** Where the snapshot is: a service binding of workerd, or `{ fetch }` anywhere else. Answers GET with an ETag, and If-None-Match with 304. */
export interface SnapshotBinding {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
}

/** The images as they were last seen. */
export interface Seen {
  readonly store: ImageStore
  readonly etag: string | undefined
  /** When, in milliseconds. */
  readonly at: number
}

/** The images as they are now. An old state is better than none: only without one, what went wrong is thrown. */
export async function refresh(
  binding: SnapshotBinding,
  url: string,
  seen: Seen | undefined,
  now: number,
): Promise<Seen> {
  try {
    const response = await binding.fetch(url, {
      headers: seen?.etag === undefined ? {} : { 'if-none-match': seen.etag },
    })
    if (response.status === 304 && seen !== undefined) return { ...seen, at: now }
    if (!response.ok) throw new Error(`the snapshot's origin says ${response.status}`)
    const [store] = importSnapshot(new Uint8Array(await response.arrayBuffer())) // what `layerfold snapshot` wrote
    return { store, etag: response.headers.get('etag') ?? undefined, at: now }
  } catch (error) {
    if (seen === undefined) throw error
    return { ...seen, at: now }
  }
}
