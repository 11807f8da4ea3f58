import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'superjson'
import { digestOf } from '../src/digest/digest.ts'
import { readGoString, writeGoString } from '../src/go/text.ts'
import { decodeImage } from '../src/image/codec.ts'
import type { ImageID } from '../src/image/image.ts'
import { fileStorage } from '../src/snapshot/fs.ts'
import { openPersistentStore } from '../src/snapshot/persistent/open.ts'
import { exportSnapshot, importSnapshot, storeDigest } from '../src/snapshot/snapshot.ts'
import { memoryStorage, type Storage } from '../src/snapshot/storage.ts'
import { findRawImage, parentOf } from '../src/store/read.ts'
import { emptyStore, type ImageStore } from '../src/store/store.ts'
import { createImage, createImages, setParent } from '../src/store/write.ts'
import { median, sink } from './measure.ts'
import type { Row } from './report.ts'
import { treeStore } from './store.ts'
import { imageOf } from './workload.ts'

/** What does a commit of new images cost as the store grows, beside writing the whole store with superjson? Microseconds. */
export async function commits(sizes: readonly number[]): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'layerfold-bench-'))
  const rows: Row[] = []
  const { store, ids } = treeStore(Math.min(10_000, sizes.at(-1)!))
  const rewrite = median([1, 2, 3].map(() => timed(() => stringify(asPlain(store, ids)))))
  for (const size of sizes) {
    const filled = treeStore(size).store
    const memory = await commitTimes(memoryStorage(), filled)
    const files = await commitTimes(fileStorage(directory), filled)
    rows.push({
      question: 'commits',
      size,
      'memory: 1': memory.one,
      'memory: 100': memory.hundred,
      'files: 1': files.one,
      'files: 100': files.hundred,
      [`superjson of ${ids.length}`]: rewrite,
      'superjson ÷ memory: 1': rewrite / memory.one,
      'superjson ÷ files: 1': rewrite / files.one,
    })
  }
  rmSync(directory, { recursive: true })
  return rows
}

async function commitTimes(storage: Storage, filled: ImageStore): Promise<{ one: number; hundred: number }> {
  const open = await openPersistentStore(storage, `of ${filled.size}`)
  await open.commit(filled)
  await open.compact()
  const raws = Array.from({ length: 5000 }, (_, n) => imageOf(1e9 + n, 5, 7).raw)
  const measure = async (count: number, batch: number, from: number): Promise<number> => {
    const states = [open.store]
    for (let n = 0; n < count; n++) {
      const fresh = raws.slice(from + n * batch, from + (n + 1) * batch)
      states.push(createImages(states[n]!, fresh)[0])
    }
    const times: number[] = []
    for (const state of states.slice(1)) {
      const start = process.hrtime.bigint()
      await open.commit(state)
      times.push(Number(process.hrtime.bigint() - start) / 1000)
    }
    return median(times)
  }
  const one = await measure(200, 1, 0)
  const hundred = await measure(20, 100, 200)
  await open.close()
  return { one, hundred }
}

/** What does loading cost, every id verified, beside hashing and decoding the same bytes, and beside one superjson text? Seconds. */
export function loads(sizes: readonly number[]): Row[] {
  return sizes.map((size) => {
    const { store, ids } = treeStore(size)
    const bytes = exportSnapshot(store)
    const raws = ids.map((id) => findRawImage(store, id)!)
    const { generation } = store.daemon
    const floor = (): unknown => raws.map((raw) => [digestOf(raw), decodeImage(raw, generation).config])
    const text = superjsonOf(store, ids)
    const runs = { load: () => importSnapshot(bytes), floor, superjson: () => text && fromPlain(parse(text)) }
    const times = Object.fromEntries(
      Object.entries(runs).map(([name, run]) => [
        name,
        size > 10_000 ? timed(run) : median([run, run, run].map(timed)),
      ]),
    ) as Record<keyof typeof runs, number>
    if (storeDigest(importSnapshot(bytes)[0]) !== storeDigest(store)) throw new Error('another store came back')
    return {
      question: 'loads',
      size,
      megabytes: bytes.length / 1e6,
      load: times.load / 1e6,
      'hash and decode': times.floor / 1e6,
      'load ÷ that': times.load / times.floor,
      superjson: text === undefined ? 'one text is too long' : times.superjson / 1e6,
      'superjson ÷ load': text === undefined ? '' : times.superjson / times.load,
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
