import { type BuildContext, isBuildContext } from 'layerfold/dockerfile'
import { type EngineName, isEngineName } from 'layerfold/predict'
import type { Problem } from './problem.ts'

/** How much one request may ask for. */
export interface Limits {
  readonly bodyBytes: number
  /** For the body to arrive, and again for the answer. */
  readonly milliseconds: number
  readonly lines: number
  readonly steps: number
  readonly sources: number
}

export const defaultLimits: Limits = {
  bodyBytes: 4 * 2 ** 20,
  milliseconds: 5000,
  lines: 2000,
  steps: 200,
  sources: 16,
}

/** What is posted: JSON with these members, of which only `dockerfile` must be there. */
export interface Check {
  readonly dockerfile: string
  /** What `layerfold context` prints. */
  readonly context?: BuildContext
  readonly cacheFrom?: readonly string[]
  readonly buildArgs?: Readonly<Record<string, string | null>>
  readonly labels?: Readonly<Record<string, string>>
  readonly target?: string
  readonly platform?: string
  readonly engine?: EngineName
}

export async function readCheck(request: Request, limits: Limits): Promise<Check | Problem> {
  const type = request.headers.get('content-type') ?? 'application/json'
  if (!/^application\/json\b/i.test(type)) {
    return {
      name: 'media-type',
      status: 415,
      title: 'Post application/json.',
      headers: { 'accept-post': 'application/json' },
    }
  }
  const body = await readBody(request, limits)
  if (!(body instanceof Uint8Array)) return body
  const value = parse(body)
  return value === undefined
    ? { name: 'json', status: 400, title: 'The body is not JSON in UTF-8.' }
    : checkOf(value, limits)
}

/** Gives up on a body that is too large, whatever content-length says, and on a client that sends too slowly. */
async function readBody(request: Request, { bodyBytes, milliseconds }: Limits): Promise<Uint8Array | Problem> {
  const { headers } = request
  const length = headers.get('content-length')
  if (Number(length ?? 0) > bodyBytes) return tooLarge(bodyBytes)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds)
  })
  const isFramed = length !== null && !headers.has('transfer-encoding')
  try {
    return isFramed ? await readFramed(request, late, bodyBytes) : await readStream(request, late, bodyBytes)
  } catch {
    return { name: 'body-cut', status: 400, title: 'The body ended early.' }
  } finally {
    clearTimeout(timer)
  }
}

const TOO_SLOW: Problem = { name: 'body-too-slow', status: 408, title: 'The body did not arrive in time.' }

function tooLarge(limit: number): Problem {
  return { name: 'body-too-large', status: 413, title: 'The body is too large.', more: { limit } }
}

/** Of a length that the server holds the client to: at once, which costs a third of going piece by piece. */
async function readFramed(request: Request, late: Promise<'late'>, limit: number): Promise<Uint8Array | Problem> {
  const body = await Promise.race([request.arrayBuffer(), late])
  if (body === 'late') return TOO_SLOW
  return body.byteLength > limit ? tooLarge(limit) : new Uint8Array(body)
}

/** Stops at the limit. */
async function readStream({ body }: Request, late: Promise<'late'>, limit: number): Promise<Uint8Array | Problem> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = body?.getReader()
  const chunks: Uint8Array[] = []
  for (let size = 0; ; ) {
    const next = await Promise.race([reader?.read(), late])
    if (next !== 'late' && (next === undefined || next.done)) return concat(chunks, size)
    if (next !== 'late') size += next.value.length
    if (next === 'late' || size > limit) {
      reader?.cancel().catch(() => {}) // it is gone
      return next === 'late' ? TOO_SLOW : tooLarge(limit)
    }
    chunks.push(next.value)
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

function checkOf(value: unknown, limits: Limits): Check | Problem {
  const invalid = (detail: string): Problem => ({ name: 'request', status: 400, title: 'This is no check.', detail })
  if (!isRecord(value)) return invalid('The body is no object.')
  const { dockerfile, context, cacheFrom, buildArgs, labels, target, platform, engine } = value
  if (typeof dockerfile !== 'string') return invalid('dockerfile is no text.')
  if (context !== undefined && !isBuildContext(context))
    return invalid('context is not what `layerfold context` prints.')
  if (cacheFrom !== undefined && !isTexts(cacheFrom)) return invalid('cacheFrom is no list of texts.')
  if (buildArgs !== undefined && !isMap(buildArgs, (each) => each === null || isText(each)))
    return invalid('buildArgs is no map of texts.')
  if (labels !== undefined && !isMap(labels, isText)) return invalid('labels is no map of texts.')
  if (target !== undefined && !isText(target)) return invalid('target is no text.')
  if (platform !== undefined && !isText(platform)) return invalid('platform is no text.')
  if (engine !== undefined && !(isText(engine) && isEngineName(engine))) return invalid('engine is none that there is.')
  const tooMuch = (title: string, limit: number): Problem => ({
    name: 'build-too-large',
    status: 422,
    title,
    more: { limit },
  })
  if (dockerfile.split('\n', limits.lines + 1).length > limits.lines)
    return tooMuch('The Dockerfile has too many lines.', limits.lines)
  if ((cacheFrom?.length ?? 0) > limits.sources) return tooMuch('There are too many cache sources.', limits.sources)
  return value as unknown as Check
}

type Fields = { readonly [name in keyof Check]?: unknown }

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isMap = (value: unknown, isValue: (each: unknown) => boolean): boolean =>
  isRecord(value) && Object.values(value).every(isValue)
