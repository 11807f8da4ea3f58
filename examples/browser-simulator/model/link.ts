/** A small case in the address: JSON, deflated, in base64 for URLs. It stays behind the `#`, so that no server ever sees it. */
import { fromBase64, fromJSON, fromPlain, onlyNow, toBase64, toJSON, toPlain } from './plain.ts'
import type { State } from './state.ts'

/** What chats and browsers still carry along. */
export const LONGEST_LINK = 16_000

export async function toFragment(state: State): Promise<string> {
  const bytes = new TextEncoder().encode(toJSON(toPlain(onlyNow(state))))
  const packed = await through(bytes, new CompressionStream('deflate-raw'))
  return `case=${toBase64(packed).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`
}

/** The case of the address; `undefined` when there is none. Throws an Error for one that cannot be read. */
export async function fromFragment(fragment: string): Promise<State | undefined> {
  const text = /^#?case=([\w-]+)$/.exec(fragment)?.[1]
  if (text === undefined) return undefined
  const packed = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = await through(packed, new DecompressionStream('deflate-raw')).catch(() => {
    throw new Error('The link is not whole: a part of it was lost on the way.')
  })
  return fromPlain(fromJSON(new TextDecoder().decode(bytes)))
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: GenericTransformStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const piped = new Blob([bytes])
    .stream()
    .pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>)
  return new Uint8Array(await new Response(piped).arrayBuffer())
}
