import { digestOf } from '../../src/digest/digest.ts'
import type { ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage, removeImage, setParent } from '../../src/store/write.ts'
import { rawImage } from './stores.ts'

/** The state after state `n - 1`: an image more, a tag that moves, now and then a removal. */
export function crashState(store: ImageStore, n: number): ImageStore {
  const raw = rawImage(n + 10)
  const [made] = createImage(store, raw)
  const [linked] = n % 3 ? setParent(made, digestOf(raw), digestOf(rawImage(n + 9))) : [made]
  const tagged = tagImage(linked, 'app', digestOf(raw))
  return n % 7 ? tagged : removeImage(tagged, digestOf(rawImage(n + 6)))[0]
}
