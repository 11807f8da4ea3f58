import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'superjson'
import { readGoString, writeGoString } from '../src/go/text.ts'
import { decodeImage } from '../src/image/codec.ts'
import type { ImageID } from '../src/image/image.ts'
import { fileStorage, nodeSHA256 } from '../src/snapshot/fs.ts'
import { openPersistentStore, type PersistentStore } from '../src/snapshot/persistent/open.ts'
import { exportSnapshot, importSnapshot, storeDigest } from '../src/snapshot/snapshot.ts'
import { memoryStorage, type Storage } from '../src/snapshot/storage.ts'
import { findRawImage, parentOf } from '../src/store/read.ts'
import { emptyStore, type ImageStore } from '../src/store/store.ts'
import { createImage, createImages, setParent } from '../src/store/write.ts'
import { median, sink } from './measure.ts'
import type { Row } from './report.ts'
import { treeStore } from './store.ts'
import { imageOf } from './workload.ts'

/**
 * What does a commit of new images cost as the store grows, beside writing the whole store with superjson, and for files beside appending and syncing the same bytes?
 * Microseconds; the sizes take turns, so that a slow moment of the machine meets each.
 */
export async function commits(sizes: readonly number[]): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'layerfold-bench-'))
  const { store, ids } = treeStore(Math.min(10_000, sizes.at(-1)!))
  const text = () => stringify(asPlain(store, ids))
  const rewrite = median([1, 2, 3].map(() => timed(text)))
  const toFile = median([1, 2, 3].map(() => appendTime(join(directory, 'rewritten'), () => writeGoString(text()))))
  const [memory, files] = [memoryStorage(), fileStorage(directory)]
  const kept = await Promise.all(
    sizes.map(async (size) => {
      const filled = treeStore(size).store
      return { memory: await openFilled(memory, filled), files: await openFilled(files, filled) }
    }),
  )
  const times = sizes.map(() => new Map<string, number[]>())
  for (let round = 0; round < 100; round++) {
    for (const [index, { memory, files }] of kept.entries()) {
      const note = (name: string, time: number): unknown =>
        times[index]!.set(name, [...(times[index]!.get(name) ?? []), time])
      for (const count of round % 5 ? [1] : [1, 100]) {
        note(`memory: ${count}`, await commitTime(memory, round, count))
        note(`files: ${count}`, await commitTime(files, round, count))
      }
      const { raw } = imageOf(1e9 + round, 5, 7)
      const floor = join(directory, 'floor')
      note(
        'append + sync',
        appendTime(floor, () => raw),
      )
    }
  }
  for (const { memory, files } of kept) await Promise.all([memory.close(), files.close()])
  rmSync(directory, { recursive: true })
  return sizes.map((size, index) => {
    const medians = Object.fromEntries(Array.from(times[index]!, ([name, all]) => [name, median(all)]))
    const ratios = {
      [`superjson of ${ids.length}`]: rewrite,
      'superjson ÷ memory: 1': rewrite / medians['memory: 1']!,
      'the same to a file': toFile,
      'that ÷ files: 1': toFile / medians['files: 1']!,
    }
    return { question: 'commits', size, ...medians, ...ratios }
  })
}

async function openFilled(storage: Storage, filled: ImageStore): Promise<PersistentStore> {
  const open = await openPersistentStore(storage, `of ${filled.size}`)
  await open.commit(filled)
  await open.compact()
  return open
}

async function commitTime(open: PersistentStore, round: number, count: number): Promise<number> {
  const raws = Array.from({ length: count }, (_, n) => imageOf(1e9 + 1000 * round + count + n, 5, 7).raw)
  const [next] = createImages(open.store, raws)
  const start = process.hrtime.bigint()
  await open.commit(next)
  return Number(process.hrtime.bigint() - start) / 1000
}

function appendTime(path: string, bytes: () => Uint8Array): number {
  const file = openSync(path, 'a')
  const time = timed(() => {
    writeSync(file, bytes())
    fdatasyncSync(file)
  })
  closeSync(file)
  return time
}

/**
 * What does loading cost, every id verified, beside hashing and decoding the same bytes, and beside one superjson text of which every image is created? Seconds; with Node's
 * own hash, as stores in files load, and with the one that runs everywhere, as `createImage` has it.
 */
export function loads(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store, ids } = treeStore(size)
    const bytes = exportSnapshot(store)
    const raws = ids.map((id) => findRawImage(store, id)!)
    const { generation } = store.daemon
    const floor = (): unknown => raws.map((raw) => [nodeSHA256(raw), decodeImage(raw, generation).config])
    const text = superjsonOf(store, ids)
    const load = () => importSnapshot(bytes, { sha256: nodeSHA256 })
    const runs = { load, portable: () => importSnapshot(bytes), floor, superjson: () => text && fromPlain(parse(text)) }
    const times = Object.fromEntries(
      Object.entries(runs).map(([name, run]) => [
        name,
        size > 10_000 ? timed(run) : median([run, run, run].map(timed)),
      ]),
    ) as Record<keyof typeof runs, number>
    if (size <= 10_000 && storeDigest(load()[0]) !== storeDigest(store)) throw new Error('another store came back')
    return {
      question: 'loads',
      size,
      megabytes: bytes.length / 1e6,
      load: times.load / 1e6,
      'load, portable hash': times.portable / 1e6,
      'hash and decode': times.floor / 1e6,
      'load ÷ that': times.load / times.floor,
      superjson: text === undefined ? 'one text is too long' : times.superjson / 1e6,
      'superjson ÷ load': text === undefined ? '' : times.superjson / times.load,
      'superjson ÷ portable': text === undefined ? '' : times.superjson / times.portable,
    }
  })
}

type Plain = ReadonlyMap<ImageID, { readonly raw: string; readonly parent: ImageID | undefined }>

function asPlain(store: ImageStore, ids: readonly ImageID[]): Plain {
  return new Map(ids.map((id) => [id, { raw: readGoString(findRawImage(store, id)!), parent: parentOf(store, id) }]))
}

function superjsonOf(store: ImageStore, ids: readonly ImageID[]): string | undefined {
  try {
    return stringify(asPlain(store, ids))
  } catch {
    return undefined // V8's longest string is 512 million characters
  }
}

function fromPlain(images: Plain): ImageStore {
  let store = emptyStore()
  for (const { raw } of images.values()) [store] = createImage(store, writeGoString(raw))
  for (const [id, { parent }] of images) if (parent !== undefined) [store] = setParent(store, id, parent)
  return store
}

function timed(run: () => unknown): number {
  const start = process.hrtime.bigint()
  sink.value = run()
  return Number(process.hrtime.bigint() - start) / 1000
}
