import { describe, expect, it } from 'vitest'
import { docker17_03, docker20 } from '../../src/cache/rules.ts'
import type { BuildContext, Files } from '../../src/dockerfile/context.ts'
import { contextOf } from '../../src/dockerfile/context.ts'
import type { CauseCode } from '../../src/explain/cause.ts'
import { explain } from '../../src/explain/explain.ts'
import { encodeImage } from '../../src/image/codec.ts'
import type { Image, ImageID } from '../../src/image/image.ts'
import { type BuildState, engines, type PredictionRequest, predict } from '../../src/predict/index.ts'
import { allImages, getImage } from '../../src/store/read.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { type CreateResult, createImage, removeImage } from '../../src/store/write.ts'

const encoder = new TextEncoder()

/** A store with one base, `base:latest`. */
function withBase(config: object, name = 'base:latest', from = emptyStore()): BuildState {
  const layer = `sha256:${'1'.repeat(64)}`
  const created = '2024-01-01T00:00:00Z'
  const document = {
    architecture: 'amd64',
    config: { Env: ['PATH=/bin'], ...config },
    created,
    history: [{ created, created_by: `base ${name}` }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layer] },
  }
  const [store, made] = createImage(from, encoder.encode(JSON.stringify(document)))
  if (made.outcome === 'error') throw new Error(made.text)
  return { images: tagImage(store, name, made.id) }
}

interface Scene {
  readonly title: string
  readonly code: CauseCode
  /** What the first sentence must name. */
  readonly says: RegExp
  readonly first: string
  readonly second: string
  readonly base?: object
  readonly files?: readonly [before: Files, after: Files]
  readonly asked?: readonly [before: Partial<PredictionRequest>, after: Partial<PredictionRequest>]
}

const FILES: Files = { 'src/a.js': 'one', 'src/b.js': 'two' }
const same = (dockerfile: string) => ({ first: dockerfile, second: dockerfile })
const files = (after: Files): readonly [Files, Files] => [FILES, after]

const SCENES: readonly Scene[] = [
  {
    title: 'a changed ENV',
    code: 'env',
    says: /Environment variable A was “1” and is now “2”/,
    first: 'ENV A=1',
    second: 'ENV A=2',
  },
  { title: 'a new ENV', code: 'env', says: /variable B is new: “1”/, first: 'ENV A=1', second: 'ENV A=1 B=1' },
  {
    title: 'a changed LABEL',
    code: 'label',
    says: /Label v was “1” and is now “2”/,
    first: 'LABEL v=1',
    second: 'LABEL v=2',
  },
  { title: 'another port', code: 'port', says: /Port 81\/tcp is new/, first: 'EXPOSE 80', second: 'EXPOSE 80 81' },
  { title: 'another volume', code: 'volume', says: /Volume \/b is new/, first: 'VOLUME /a', second: 'VOLUME /b' },
  {
    title: 'a changed command',
    code: 'command',
    says: /command changed.*make a.*make b/,
    first: 'RUN make a',
    second: 'RUN make b',
  },
  {
    title: 'a changed build argument',
    code: 'build-arg',
    says: /Build argument A was “1” and is now “2”/,
    ...same('ARG A\nRUN make'),
    asked: [{ buildArgs: { A: '1' } }, { buildArgs: { A: '2' } }],
  },
  {
    title: 'a proxy on one side only',
    code: 'proxy-arg',
    says: /proxy arguments/,
    ...same('RUN make'),
    asked: [{}, { buildArgs: { HTTP_PROXY: 'http://p' } }],
  },
  {
    title: 'another instruction',
    code: 'instruction',
    says: /instruction changed.*USER a.*WORKDIR \/b/,
    first: 'USER a',
    second: 'WORKDIR /b',
  },
  {
    title: 'another shell',
    code: 'shell',
    says: /shell changed from “\/bin\/ash -c” to “\/bin\/bash -c”/,
    first: 'SHELL ["/bin/ash", "-c"]',
    second: 'SHELL ["/bin/bash", "-c"]',
  },
  {
    title: 'a changed file',
    code: 'file-changed',
    says: /src\/b\.js.*content/,
    ...same('COPY src /app'),
    files: files({ ...FILES, 'src/b.js': 'three' }),
  },
  {
    title: 'a new file',
    code: 'file-added',
    says: /File src\/c\.js is new/,
    ...same('COPY src /app'),
    files: files({ ...FILES, 'src/c.js': '' }),
  },
  {
    title: 'a file that is gone',
    code: 'file-removed',
    says: /File src\/b\.js is gone/,
    ...same('COPY src /app'),
    files: files({ 'src/a.js': 'one' }),
  },
  {
    title: 'another mode (umask)',
    code: 'file-changed',
    says: /src\/a\.js.*mode changed from 0644 to 0664/,
    ...same('COPY src /app'),
    files: files({ ...FILES, 'src/a.js': { content: 'one', mode: 0o664 } }),
  },
  {
    title: 'another owner',
    code: 'file-changed',
    says: /src\/a\.js.*owner changed from 0:0 to 1000:0/,
    ...same('COPY src /app'),
    files: files({ ...FILES, 'src/a.js': { content: 'one', uid: 1000 } }),
  },
  {
    title: 'another destination',
    code: 'copy-target',
    says: /elsewhere.*\/app.*\/srv/,
    first: 'COPY src /app',
    second: 'COPY src /srv',
    files: files(FILES),
  },
  {
    title: 'another base',
    code: 'other-parent',
    says: /built on another parent/,
    first: 'RUN make',
    second: 'RUN make',
    asked: [{}, { dockerfile: 'FROM other\nRUN make' }],
  },
  {
    title: 'an empty store',
    code: 'nothing-built-here',
    says: /Nothing in the store was built on sha256/,
    first: '',
    second: 'RUN make',
  },
  {
    title: 'no source in the store',
    code: 'no-source-found',
    says: /None of the --cache-from images.*ghost:1/,
    ...same('RUN make'),
    asked: [{}, { cacheFrom: ['ghost:1'] }],
  },
  {
    title: 'local images beside --cache-from',
    code: 'not-above-a-source',
    says: /only ancestors of the named images/,
    ...same('RUN make'),
    asked: [{}, { cacheFrom: ['base'] }],
  },
  {
    title: 'images from before the security fix',
    code: 'not-built-locally',
    says: /does not say that it was built here/,
    ...same('RUN make'),
    asked: [{}, { engine: 'docker25' }],
  },
  {
    title: 'ENTRYPOINT [] over an entrypoint',
    code: 'entrypoint-reset',
    says: /ENTRYPOINT \[\] can never be a hit/,
    ...same('ENTRYPOINT []\nCMD x'),
    base: { Entrypoint: ['/e'] },
  },
  {
    title: 'an empty USER over a user',
    code: 'user-unset',
    says: /empty USER can never be a hit/,
    ...same('USER $NO\nCMD x'),
    base: { User: 'u' },
  },
  {
    title: 'a partial HEALTHCHECK since 25',
    code: 'healthcheck-filled',
    says: /HEALTHCHECK that leaves something open/,
    ...same('HEALTHCHECK CMD y'),
    base: { Healthcheck: { Test: ['CMD', 'x'], Interval: 7_000_000_000 } },
    asked: [{ engine: 'docker25' }, { engine: 'docker25' }],
  },
  {
    title: 'a HEALTHCHECK told by 29.5',
    code: 'healthcheck-text',
    says: /health check is told in other words/,
    ...same('HEALTHCHECK CMD y'),
    asked: [{ engine: 'docker29' }, { engine: 'docker29_5' }],
  },
  { title: 'bytes that are not UTF-8', code: 'invalid-utf8', says: /not UTF-8/, ...same('RUN echo \udcff') },
]

describe('the first sentence names the cause', () => {
  it.each(SCENES)('$title', (scene) => {
    const { sentence, cause } = firstExplanation(scene)
    expect(sentence).toMatch(scene.says)
    expect(cause.code).toBe(scene.code)
  })

  it('of a step after a miss: which step missed', () => {
    const state = withBase({})
    const request = requestOf('RUN a\nRUN b')
    const [, second] = explain(state, request, predict(state, request))
    expect(second!.sentence).toBe('Step 2 missed, and after a miss nothing is asked until the next FROM.')
  })

  it('of a step in 1.13: the miss of an earlier stage', () => {
    const state = withBase({})
    const request = requestOf('RUN a\nFROM base\nRUN b', { engine: 'docker1_13' })
    const [, second] = explain(state, request, predict(state, request))
    expect(second!.cause).toEqual({ code: 'after-miss', name: '2', missLasts: 'build' })
    expect(second!.sentence).toBe('Step 2 missed, and after a miss nothing is asked in the rest of the build.')
  })

  it('of a step in 1.13 after a stage whose files are not known', () => {
    const state = withBase({})
    const request = requestOf('ADD http://x/y /\nFROM base\nRUN b', { engine: 'docker1_13' })
    const causes = explain(state, request, predict(state, request)).map(({ cause }) => cause.code)
    expect(causes).toEqual(['depends-on-output', 'depends-on-output'])
  })
})

function imageID(made: CreateResult): ImageID {
  if (made.outcome === 'error') throw new Error(made.text)
  return made.id
}

function requestOf(
  instructions: string,
  more: Partial<PredictionRequest> = {},
  context?: BuildContext,
): PredictionRequest {
  return { engine: 'docker17_03', dockerfile: `FROM base\n${instructions}\n`, ...(context && { context }), ...more }
}

function firstExplanation(scene: Scene) {
  const start = withBase({}, 'other:latest', withBase(scene.base ?? {}).images)
  const contexts = scene.files?.map((each) => contextOf(each)) ?? []
  const [before, after] = scene.asked ?? [{}, {}]
  const [state] = scene.first === '' ? [start] : predict(start, requestOf(scene.first, before, contexts[0]))
  const request = requestOf(scene.second, after, contexts[1])
  const [first] = explain(state, request, predict(state, request), contexts[0] ? { previousContext: contexts[0] } : {})
  if (first === undefined) throw new Error('every step hits')
  return first
}

describe('what --cache-from images do', () => {
  const built = (dockerfile: string, engine: PredictionRequest['engine'] = 'docker17_03'): BuildState => {
    const base = withBase({})
    const [state, prediction] = predict(base, { ...requestOf(dockerfile), engine })
    const keep = new Set([...allImages(base.images), prediction.image])
    const images = allImages(state.images).reduce(
      (next, id) => (keep.has(id) ? next : removeImage(next, id)[0]),
      state.images,
    )
    return { images: tagImage(images, 'app:1', prediction.image!) }
  }
  const why = (state: BuildState, request: PredictionRequest) => explain(state, request, predict(state, request))[0]

  it('a step that differs is told as in the local cache', () => {
    const found = why(built('RUN a\nRUN b'), requestOf('RUN a\nRUN c', { cacheFrom: ['app:1'] }))
    expect(found?.cause).toMatchObject({ code: 'command', was: '/bin/sh -c b', now: '/bin/sh -c c' })
  })

  it('a source without further steps is too short', () => {
    const found = why(built('RUN a'), requestOf('RUN a\nRUN b', { cacheFrom: ['app:1'] }))
    expect(found?.sentence).toMatch(/no step after this point/)
  })

  it('1.13 takes no trailing metadata', () => {
    const state = built('RUN a\nCMD x', 'docker1_13')
    const found = why(state, requestOf('RUN a\nCMD x', { cacheFrom: ['app:1'], engine: 'docker1_13' }))
    expect(found?.sentence).toMatch(/1\.13 never takes the last steps/)
  })

  it.each([
    ['BuildKit', 'RUN /bin/sh -c a # buildkit', 'buildkit.dockerfile.v0'],
    ['Buildah', '/bin/sh -c #(nop) ENV A=1', ''],
  ])('a history that %s wrote is recognised', (name, createdBy, comment) => {
    const base = withBase({})
    const image = getImage(base.images, allImages(base.images)[0]!)
    const entry = { created: image.created, author: '', createdBy, comment, emptyLayer: true }
    const source: Image = { ...image, history: [...image.history!, entry] }
    const [images, made] = createImage(base.images, encodeImage(source, docker17_03.shape, 'sorted'))
    const state = { images: tagImage(images, 'app:1', imageID(made)) }
    const found = why(state, requestOf('RUN a', { cacheFrom: ['app:1'] }))
    expect(found?.sentence).toContain(`built by ${name}`)
  })

  it('+00:00 for Z is told', () => {
    const state = built('RUN a\nRUN b')
    const id = allImages(state.images).find((each) => getImage(state.images, each).history!.length === 3)!
    const image = getImage(state.images, id)
    const [first, ...rest] = image.history!
    const moved: Image = { ...image, history: [{ ...first!, created: { ...first!.created!, zone: 0 } }, ...rest] }
    const raw = new TextDecoder().decode(encodeImage(moved, docker20.shape, 'sorted'))
    const zoned = encoder.encode(raw.replace(/("history":\[\{"created":"[^"]*)Z"/, '$1+00:00"'))
    const [images, made] = createImage(state.images, zoned)
    if (made.outcome === 'error') throw new Error(made.text)
    const tagged = { images: tagImage(images, 'app:1', made.id) }
    expect(why(tagged, requestOf('RUN a', { cacheFrom: ['app:1'] }))?.cause.code).toBe('time-zone')
  })

  it('images that were restored are no local cache', () => {
    const cached = requestOf('RUN a\nRUN b', { cacheFrom: ['app:1'] })
    const [state] = predict(built('RUN a\nRUN b'), cached)
    expect(why(state, requestOf('RUN a\nRUN b'))?.sentence).toMatch(/restored from --cache-from/)
  })
})

it('every engine has a name that it is known by', () => {
  for (const [name, { rules }] of Object.entries(engines)) if (name !== 'docker20') expect(rules.name).toBe(name)
})
