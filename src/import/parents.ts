import { compareTime } from '../go/time.ts'
import { type History, sameHistory } from '../image/history.ts'
import type { Image, ImageID } from '../image/image.ts'
import { getImage } from '../store/read.ts'
import type { ImageStore } from '../store/store.ts'
import { setParent } from '../store/write.ts'
import { malformed } from './members.ts'

/** A loaded image, and the parent that the manifest gives it; empty for none. */
export interface ParentLink {
  readonly id: ImageID
  readonly parent: string
}

/**
 * Links images to their parents, where both came from the archive; other links are left out. Throws `archive-malformed` where `docker load`
 * fails, and where parents go round in a circle, which moby lets pass for images without history.
 * moby image/tarexport/load.go @ v20.10.24, validatedParentLinks and setParentID.
 */
export function linkParents(
  store: ImageStore,
  links: readonly ParentLink[],
): [next: ImageStore, parents: ReadonlyMap<ImageID, ImageID>] {
  const loaded = new Set<string>(links.map(({ id }) => id))
  const valid = links.filter(({ id, parent }) => parent !== id && loaded.has(parent))
  const parents = new Map(valid.map(({ id, parent }) => [id, parent as ImageID]))
  refuseCircles(parents)
  let next = store
  for (const [id, parent] of parents) {
    if (!isValidParent(next, getImage(next, id), getImage(next, parent))) {
      throw malformed('manifest.json', `image ${parent} is not a valid parent for ${id}`) // moby's words
    }
    next = setParent(next, id, parent)[0]
  }
  return [next, parents]
}

function refuseCircles(parents: ReadonlyMap<ImageID, ImageID>): void {
  const clear = new Set<ImageID>()
  for (const start of parents.keys()) {
    const path = new Set<ImageID>()
    for (let id: ImageID | undefined = start; id !== undefined && !clear.has(id); id = parents.get(id)) {
      if (path.has(id)) throw malformed('manifest.json', `the parents of ${id} go round in a circle`)
      path.add(id)
    }
    for (const id of path) clear.add(id)
  }
}

/** One step more than the parent, after the same steps; or no history at all. moby's checkValidParent. */
function isValidParent(store: ImageStore, { history: steps = [] }: Image, { history: before = [] }: Image): boolean {
  if (steps.length === 0 && before.length === 0) return true
  if (steps.length - before.length !== 1) return false
  const same = store.daemon.generation.createdNullable ? sameHistoryByInstant : sameHistory
  return before.every((step, index) => same(step, steps[index]!))
}

/** As 25.0 compares: a time is its instant, however its zone was written. */
function sameHistoryByInstant(a: History, b: History): boolean {
  const sameInstant = a.created !== undefined && b.created !== undefined && compareTime(a.created, b.created) === 0
  return sameHistory(sameInstant ? { ...a, created: b.created } : a, b)
}
