import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { SourceStep } from '../../src/dockerfile/sources.ts'

/** A file as it was on disk. */
interface DiskFile {
  readonly path: string
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
  readonly type?: string
  readonly link?: string
  /** Base64. */
  readonly content?: string
}

/** What a 20.10.24 daemon and client did: contexts, the hashes of COPY and ADD, directories that the client sent. */
interface Recordings {
  /** Base64. */
  readonly tars: readonly string[]
  /** The answer is a hash, or the text the build failed with. */
  readonly cases: readonly (readonly [tar: number, dockerfile: string, step: SourceStep, answer: string])[]
  readonly mounted: readonly {
    readonly files: readonly DiskFile[]
    readonly users: Readonly<Record<number, string>>
    readonly groups: Readonly<Record<number, string>>
    readonly step: SourceStep
    readonly hash: string
  }[]
  readonly clients: readonly { readonly tar: number; readonly files: readonly DiskFile[] }[]
  /** From moby's builder over a mocked backend; a value `->x` is a symlink to x. */
  readonly vectors: readonly {
    readonly files: Readonly<Record<string, string>>
    readonly steps: readonly { readonly from: boolean; readonly step: SourceStep; readonly hash: string }[]
  }[]
}

const file = new URL('./recordings.json.gz', import.meta.url)
export const recordings: Recordings = JSON.parse(gunzipSync(readFileSync(file)).toString())

export const recordedTar = (at: number): Uint8Array<ArrayBuffer> => bytesOf(recordings.tars[at]!)

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}
