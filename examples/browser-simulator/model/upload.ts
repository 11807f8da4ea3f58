/** Files that a person gave, from a picker or by dropping. */
import type { PageFile } from './state.ts'

export interface Upload {
  /** Inside the folder that was given. */
  readonly path: string
  readonly file: File
}

/** More than this is no example any more, and would have to be hashed at once. */
export const MOST_BYTES: number = 64 * 2 ** 20

export function isArchive(name: string): boolean {
  return /\.(?:tar|tar\.gz|tgz)$/i.test(name)
}

/** What a folder picker gives: paths begin with the folder's own name. */
export function fromPicker(list: Iterable<File>): readonly Upload[] {
  return Array.from(list, (file) => ({
    path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name,
    file,
  }))
}

/** What was dropped: files, and folders with all that is in them. A folder alone is the context itself. */
export async function fromDrop(items: Iterable<DataTransferItem>): Promise<readonly Upload[]> {
  // both have to be asked for now: the list is empty once the event is over
  const given = Array.from(items).filter(({ kind }) => kind === 'file')
  const files = given.map((item) => item.getAsFile())
  const entries = given.map((item) => item.webkitGetAsEntry())
  const [only] = entries
  if (entries.length === 1 && only?.isDirectory) return await inside(only as FileSystemDirectoryEntry, '')
  const found = entries.map(async (entry, index) => {
    const file = files[index]
    if (entry?.isDirectory) return await under(entry, '')
    return file ? [{ path: file.name, file }] : []
  })
  return (await Promise.all(found)).flat()
}

async function under(entry: FileSystemEntry, folder: string): Promise<readonly Upload[]> {
  if (entry.isDirectory) return await inside(entry as FileSystemDirectoryEntry, `${folder}${entry.name}/`)
  const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))
  return [{ path: folder + entry.name, file }]
}

async function inside(directory: FileSystemDirectoryEntry, folder: string): Promise<readonly Upload[]> {
  const reader = directory.createReader()
  const found: Upload[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed))
    if (batch.length === 0) return found
    for (const entry of batch) found.push(...(await under(entry, folder)))
  }
}

/** Throws an Error for what is too large. */
export async function readUploads(uploads: readonly Upload[]): Promise<Readonly<Record<string, PageFile>>> {
  const bytes = uploads.reduce((sum, { file }) => sum + file.size, 0)
  if (bytes > MOST_BYTES)
    throw new Error(
      `These files have ${Math.round(bytes / 2 ** 20)} MiB; the page takes up to ${MOST_BYTES / 2 ** 20} MiB.`,
    )
  const read = await Promise.all(
    uploads.map(
      async ({ path, file }) =>
        [path, { content: contentOf(new Uint8Array(await file.arrayBuffer())), mode: 0o644 }] as const,
    ),
  )
  return Object.fromEntries(read)
}

/** Text where it is UTF-8 without NUL, so that it can be edited; the bytes are the same either way. */
export function contentOf(bytes: Uint8Array): string | Uint8Array {
  if (bytes.includes(0)) return bytes
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return bytes
  }
}

export function readMode(text: string): number | undefined {
  return /^0?[0-7]{3,4}$/.test(text.trim()) ? Number.parseInt(text.trim(), 8) : undefined
}

export function sizeOf(content: string | Uint8Array): number {
  return typeof content === 'string' ? new TextEncoder().encode(content).length : content.length
}

export function showSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
