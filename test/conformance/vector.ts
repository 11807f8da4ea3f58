import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** One recorded case after its replay: the differences found, in words; none means that it passed. */
export interface Verdict {
  readonly name: string
  readonly differences: readonly string[]
}

/** Replays one recording file. */
export type Replay = (recording: Recording) => Verdict[] | Promise<Verdict[]>

export interface Recording {
  readonly path: string
  readonly json: Readonly<Record<string, unknown>>
}

/** What lies beside recordings and is none: a list of them, and what archives hold (test/import replays these). */
const BESIDE = /^INDEX\.json$|^archives$/

/** All `.json` and `.json.gz` files at the paths, folders walked whole, in the order of their names. */
export function recordingFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path)
      .sort()
      .filter((name) => !BESIDE.test(name))
      .flatMap((name) =>
        statSync(join(path, name)).isDirectory() || /\.json(\.gz)?$/.test(name)
          ? recordingFiles([join(path, name)])
          : [],
      )
  })
}

export function readRecording(path: string): Recording {
  const bytes = readFileSync(path)
  return { path, json: JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) }
}

export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** A line for each field that is not as recorded. */
export function differences(
  recorded: Readonly<Record<string, unknown>>,
  replayed: Readonly<Record<string, unknown>>,
): string[] {
  const keys = [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])]
  return keys
    .filter((key) => JSON.stringify(recorded[key]) !== JSON.stringify(replayed[key]))
    .map((key) => `${key}: recorded ${shorten(recorded[key])}, replayed ${shorten(replayed[key])}`)
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 600 ? `${text.slice(0, 600)}…` : text
}
