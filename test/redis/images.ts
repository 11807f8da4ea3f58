import { digestOf } from '../../src/digest/digest.ts'
import type { ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImages, setParent } from '../../src/store/write.ts'
import { rawImage } from '../snapshot/stores.ts'

/** The store with images `from` … of one writer, in chains of ten, the last one tagged. Doing it again changes nothing. */
export function written(store: ImageStore, writer: number, from: number, count: number): ImageStore {
  const raws = Array.from({ length: count }, (_, n) => rawImage(1e6 * (writer + 1) + from + n))
  const ids = raws.map((raw) => digestOf<'image'>(raw))
  let [next] = createImages(store, raws)
  ids.forEach((id, n) => {
    if (n % 10) [next] = setParent(next, id, ids[n - 1]!)
  })
  return tagImage(next, `writer-${writer}`, ids.at(-1)!)
}
