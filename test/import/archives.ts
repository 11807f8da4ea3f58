import { readFileSync } from 'node:fs'
import { packTar, unpackTar } from 'modern-tar'
import { digestOf } from '../../src/digest/digest.ts'
import { LayerfoldError } from '../../src/errors.ts'
import type { ImportOptions } from '../../src/import/index.ts'
import { importArchive } from '../../src/import/index.ts'
import { emptyStore } from '../../src/store/store.ts'

/** What `docker save` of 20.10.24 wrote (108: crafted by hand, and loaded by it), and what is in it. */
export const recordings = [
  '082-cachefrom-basic--a',
  '084-cachefrom-multiple--a',
  '096-cachefrom-scratch--a',
  '098-orphan--a',
  '100-save-parents--a',
  '108-cachefrom-crafted--h',
] as const

export interface Expected {
  readonly images: readonly {
    readonly id: string
    readonly config_raw: string
    readonly config_path: string
    readonly repo_tags: readonly string[] | null
    readonly layer_paths: readonly string[]
    readonly layer_sha256: readonly string[]
    readonly parent: string | null
  }[]
}

const file = (name: string): URL => new URL(`./archives/${name}`, import.meta.url)

export const archivePath = (name: string): URL => file(`${name}.tar`)
export const readRecording = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(archivePath(name)))
export const readExpected = (name: string): Expected => JSON.parse(readFileSync(file(`${name}.expected.json`), 'utf8'))

/** A tar's content, to be changed and packed again: text or bytes for a file, `{ symlink }` or `{ link }`. */
export type Content = string | Uint8Array | { readonly symlink: string } | { readonly link: string }
export type Files = readonly (readonly [name: string, content: Content])[]

export async function unpack(archive: Uint8Array<ArrayBuffer>): Promise<[string, Content][]> {
  const entries = await unpackTar(archive)
  return entries.flatMap(({ header, data }): [string, Content][] => {
    if (header.type === 'symlink') return [[header.name, { symlink: header.linkname! }]]
    return header.type === 'directory' ? [] : [[header.name, data!]]
  })
}

export async function pack(files: Files): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  return await packTar(
    files.map(([name, content]) => {
      const mtime = new Date(0)
      if (typeof content === 'string' || content instanceof Uint8Array) {
        const body = typeof content === 'string' ? encoder.encode(content) : content
        return { header: { name, size: body.length, mtime }, body }
      }
      const [type, linkname] =
        'symlink' in content ? (['symlink', content.symlink] as const) : (['link', content.link] as const)
      return { header: { name, size: 0, type, linkname, mtime } }
    }),
  )
}

/** The recording with some members exchanged, removed (`undefined`) or added at the end. */
export async function changed(
  name: string,
  changes: Readonly<Record<string, Content | undefined>>,
): Promise<Uint8Array> {
  const files = await unpack(readRecording(name))
  const kept = files.filter(([member]) => !Object.hasOwn(changes, member))
  const fresh = Object.entries(changes).flatMap(([member, content]) =>
    content === undefined ? [] : [[member, content] as const],
  )
  return await pack([...kept, ...fresh])
}

export async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** One image without parent: its members in the old layout. */
export function tinyImage(
  layer: Uint8Array,
  config: Readonly<Record<string, unknown>> = {},
): { raw: string; name: string; id: string } {
  const raw = JSON.stringify({ os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] }, ...config })
  const id = digestOf(new TextEncoder().encode(raw))
  return { raw, id, name: `${id.slice(7)}.json` }
}

/** What the import fails with; anything but a LayerfoldError fails the test. */
export async function failureOf(
  source: Parameters<typeof importArchive>[1],
  options?: ImportOptions,
): Promise<LayerfoldError> {
  const store = emptyStore()
  const error = await importArchive(store, source, options).then(
    () => new Error('it was imported'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof LayerfoldError)) throw error
  if (store.size !== 0) throw new Error('the store was changed')
  return error
}
