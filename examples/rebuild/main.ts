/**
 * The main job on real input: two archives that a Docker 20.10 daemon saved (`docker save`), and the build that made the second from the first.
 * What would `docker build --cache-from c:1` reuse, and after an edit, what not and why?
 */
import { join } from 'node:path'
import {
  type BuildCache,
  type Config,
  cacheFrom,
  emptyStore,
  findTagged,
  getImage,
  probe,
  type Reasons,
  reasonsFor,
  rules,
  shortID,
} from 'layerfold'
import { importArchive } from 'layerfold/import'
import { readFileStream } from 'layerfold/node'

interface Line {
  readonly step: string
  readonly cmd: readonly string[]
  /** What the instruction does to the config of this and the later steps. */
  readonly change?: Partial<Config>
}

const nop = (step: string): readonly string[] => ['/bin/sh', '-c', '#(nop) ', step]
const run = (script: string): Line => ({ step: `RUN ${script}`, cmd: ['/bin/sh', '-c', script] })

/** The Dockerfile that made `c:1`, as the classic builder looks its steps up. */
const build: readonly Line[] = [
  {
    step: 'ENV A=1',
    cmd: nop('ENV A=1'),
    change: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=1'] },
  },
  {
    step: 'COPY a /a',
    cmd: ['/bin/sh', '-c', '#(nop) COPY file:f13545c2c427ba34466b0c1fe226082a1f4f55227bf93424993eb51ead57d3b3 in /a '],
  },
  run('echo one > /one'),
  { step: 'LABEL l=1', cmd: nop('LABEL l=1'), change: { Labels: { l: '1' } } },
  run('echo two > /two'),
  { step: 'CMD ["x"]', cmd: nop('CMD ["x"]') },
]

const edited = build.map((line) => (line.step === 'RUN echo one > /one' ? run('echo 1 > /one') : line))

function replay(cache: BuildCache, lines: readonly Line[]): BuildCache {
  let parent: string | undefined = findTagged(cache.store, 'tiny')
  let config = getImage(cache.store, parent!).config ?? {}
  let missed = false
  for (const { step, cmd, change } of lines) {
    config = { ...config, ...change, Image: parent }
    if (missed) {
      print(step, 'not probed', '')
      continue
    }
    const asked = { config: { ...config, Cmd: cmd } }
    const [next, result] = probe(cache, parent, asked)
    if (result.outcome === 'hit') print(step, 'HIT', result.via, shortID(result.image))
    if (result.outcome === 'error') print(step, 'ERROR', result.text)
    if (result.outcome === 'miss') {
      print(step, 'MISS', '')
      console.log(why(reasonsFor(cache, parent, asked)))
    }
    missed = result.outcome !== 'hit'
    parent = result.outcome === 'hit' ? result.image : parent
    cache = next
  }
  return cache
}

function print(...columns: string[]): void {
  const widths = [22, 12, 14, 12]
  console.log(`  ${columns.map((column, index) => column.padEnd(widths[index] ?? 0)).join('')}`.trimEnd())
}

/** The nearest candidate, and what kept it from being the answer. */
function why({ siblings, sources }: Reasons): string {
  const source = sources?.[0]
  if (source?.refused.rule === 'created-by') {
    return `      nearest: ${shortID(source.image)}, whose next step is\n        ${source.refused.source}\n      and this one is\n        ${source.refused.step}`
  }
  const nearest = siblings[0] ?? source
  return nearest === undefined
    ? '      nothing was ever built on this parent'
    : `      nearest: ${shortID(nearest.image)}: ${JSON.stringify(nearest.refused)}`
}

/** The version that the daemon calls itself is part of each image it restores, and so of its id. */
const debian20 = { ...rules.docker17_03, shape: { ...rules.docker17_03.shape, dockerVersion: '20.10.24+dfsg1' } }

const here = import.meta.dirname
const [base] = await importArchive(emptyStore(), readFileStream(join(here, 'tiny.tar')))
const [store, images] = await importArchive(base, readFileStream(join(here, 'app.tar')))
console.log(
  `${store.size} images, among them ${images.map(({ id, tags }) => `${tags.join(', ')} (${shortID(id)})`).join(', ')}`,
)

const [cache, unknown] = cacheFrom(store, ['c:1'], debian20)
for (const { reference, text } of unknown) console.log(`--cache-from ${reference}: ${text}`)

console.log('\ndocker build --cache-from c:1 .')
const after = replay(cache, build)
console.log(
  `\nThe same after an edit of one RUN (the store now has ${after.store.size} images, the one before still ${store.size}):`,
)
replay(cacheFrom(after.store, ['c:1'], debian20)[0], edited)
console.log('\nThe same without --cache-from: restored images are no local cache.')
replay(cacheFrom(store, [], debian20)[0], build)
