/**
 * A store that is kept in files, and a timeline over it: build, edit, look back, go back, fork. Run it twice: the second run finds what the first one left.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createImage, digestOf, type ImageStore, setParent, tagImage } from 'layerfold'
import {
  describeChanges,
  momentsOf,
  openPersistentStore,
  recordState,
  redo,
  startTimeline,
  storeDigest,
  type Timeline,
  undo,
} from 'layerfold/snapshot'
import { fileStorage } from 'layerfold/snapshot/fs'

const config = (step: string): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      container_config: { Cmd: ['/bin/sh', '-c', step] },
      history: [{ created_by: step, empty_layer: true }],
      os: 'linux',
      rootfs: { type: 'layers' },
    }),
  )

/** One build of two steps, tagged. */
function build(store: ImageStore, steps: readonly string[]): ImageStore {
  let parent: ReturnType<typeof digestOf<'image'>> | undefined
  for (const step of steps) {
    const raw = config(step)
    ;[store] = createImage(store, raw)
    if (parent !== undefined) [store] = setParent(store, digestOf<'image'>(raw), parent)
    parent = digestOf<'image'>(raw)
  }
  return tagImage(store, 'app', parent!)
}

function print(timeline: Timeline): void {
  for (const { what, store, before } of momentsOf(timeline)) {
    console.log(`  ${what}`)
    for (const line of before === undefined ? [] : describeChanges(before.store, store)) console.log(`      ${line}`)
  }
}

const kept = await openPersistentStore(fileStorage(join(tmpdir(), 'layerfold-time-travel')), 'demo')
console.log(`${kept.store.size} images were kept by an earlier run`)

let timeline = startTimeline(kept.store, 'what was kept')
timeline = recordState(timeline, build(timeline.now.store, ['FROM base', 'RUN make']), 'build')
timeline = recordState(timeline, build(timeline.now.store, ['FROM base', 'RUN make -j8']), 'build after an edit')
console.log('\nThe timeline')
print(timeline)

const fork = recordState(
  undo(timeline),
  build(undo(timeline).now.store, ['FROM base', 'RUN make test']),
  'another edit',
)
console.log('\nA fork from before the edit')
print(fork)

console.log(
  `\nundone and redone: ${redo(undo(timeline)).now.store === timeline.now.store ? 'the very same state' : 'lost'}`,
)
await kept.commit(timeline.now.store)
await kept.close()
console.log(`kept: ${storeDigest(timeline.now.store)}`)
