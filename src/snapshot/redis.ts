import { LayerfoldError } from '../errors.ts'
import type { Place, Storage } from './storage.ts'

/** What is used of a connected client of the `redis` package (5 or later). */
export interface RedisConnection {
  sendCommand(args: (string | Buffer)[], options?: { typeMapping?: object }): Promise<unknown>
}

/**
 * Redis: the parts of a store are a hash, its log is a stream whose ids are the entries' numbers. Any number of processes may have a store open; each holds the
 * whole state in memory, and `refresh` brings it up to date. The client stays the caller's, who connects and closes it. How long a commit lasts is what the server is set to: with `appendonly yes` and
 * `appendfsync always` it is on the disk when it resolves.
 */
export function redisStorage(client: RedisConnection): Storage {
  return { open: async (name) => redisPlace(client, `layerfold:{${encodeURIComponent(name)}}`) }
}

/** Gives the number of the last entry. Scripts run alone, so nothing comes between asking and adding. */
const LAST = `
local function last()
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return tonumber(string.match(info[i + 1], '^%d+')) end
  end
end
`

const APPEND = `${LAST}
if last() + 1 ~= tonumber(ARGV[1]) then return 0 end
redis.call('XADD', KEYS[1], ARGV[1] .. '-0', 'entry', ARGV[2])
return 1`

const TRIM = `${LAST}
if last() < tonumber(ARGV[1]) then redis.call('XADD', KEYS[1], ARGV[1] .. '-0', 'entry', '') end
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2])
return 1`

/** RESP's mark of strings that are bytes: those come as Buffers, not as text. */
const AS_BYTES = { typeMapping: { 36: Buffer } }

type StreamEntry = [id: Buffer, fields: [name: Buffer, entry: Buffer]]

function redisPlace(client: RedisConnection, key: string): Place {
  const [parts, log] = [`${key}:parts`, `${key}:log`]
  let isClosed = false
  const send = async <T>(...args: (string | Buffer)[]): Promise<T> => {
    if (isClosed) throw new LayerfoldError('storage-closed', { where: key })
    return (await client.sendCommand(args, AS_BYTES).catch((error) => fail(key, error))) as T
  }
  return {
    list: async () => (await send<Buffer[]>('HKEYS', parts)).map(String),
    async read(part) {
      const bytes = await send<Buffer | null>('HGET', parts, part)
      return bytes === null ? undefined : plain(bytes)
    },
    async write(part, bytes) {
      await send('HSET', parts, part, buffer(bytes))
    },
    async remove(names) {
      if (names.length > 0) await send('HDEL', parts, ...names)
    },
    append: async (sequence, entry) =>
      (await send<number>('EVAL', APPEND, '1', log, String(sequence), buffer(entry))) === 1,
    entries: async (after) =>
      (await send<StreamEntry[]>('XRANGE', log, String(after + 1), '+')).map(([, [, entry]]) => plain(entry)),
    async trim(upTo) {
      await send('EVAL', TRIM, '1', log, String(upTo), String(upTo + 1))
    },
    async close() {
      isClosed = true
    },
  }
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function fail(where: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error)
  if (reason.startsWith('OOM')) throw new LayerfoldError('storage-full', { where, reason }, error)
  if (error instanceof Error && error.constructor.name === 'ClientClosedError')
    throw new LayerfoldError('storage-closed', { where }, error)
  throw new LayerfoldError('storage-failed', { where, reason }, error)
}
