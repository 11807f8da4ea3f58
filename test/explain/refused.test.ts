import { describe, expect, it } from 'vitest'
import { explain, type StepExplanation } from '../../src/explain/index.ts'
import type { ImageID } from '../../src/image/image.ts'
import { type BuildState, type PredictionRequest, predict } from '../../src/predict/index.ts'
import { findRawImage, getParent } from '../../src/store/read.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage, markBuiltLocally, removeImage, setParent } from '../../src/store/write.ts'

const encoder = new TextEncoder()
const CREATED = '2024-01-01T00:00:00Z'

function load(from: ImageStore, document: object, name?: string): [images: ImageStore, id: string] {
  const [images, made] = createImage(from, encoder.encode(JSON.stringify(document)))
  if (made.outcome === 'error') throw new Error(made.text)
  return [name === undefined ? images : tagImage(images, name, made.id), made.id]
}

/** A store with the image `tiny`, which was loaded. */
function withTiny(more: object = {}): BuildState {
  const document = {
    architecture: 'amd64',
    os: 'linux',
    created: CREATED,
    config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
    history: [{ created: CREATED, created_by: 'tiny' }],
    rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
    ...more,
  }
  return { images: load(emptyStore(), document, 'tiny')[0] }
}

function why(state: BuildState, request: PredictionRequest): readonly StepExplanation[] {
  return explain(state, request, predict(state, request))
}

it.each([
  ['label', 'LABEL a=1', 'LABEL a=1 constructor=x'],
  ['env', 'ENV a=1', 'ENV a=1 constructor=x'],
  ['build-arg', 'ARG constructor\nRUN make', 'ARG constructor\nRUN make'],
] as const)('a new %s called constructor was nothing before', (code, before, after) => {
  const [built] = predict(withTiny(), { engine: 'docker20', dockerfile: `FROM tiny\n${before}\n` })
  const buildArgs = { constructor: 'x' }
  const [first] = why(built, { engine: 'docker20', dockerfile: `FROM tiny\n${after}\n`, buildArgs })
  const { image: _, ...cause } = first!.cause
  expect(cause).toEqual({ code, name: 'constructor', now: 'x' })
})

describe('what is said of a local image that was refused', () => {
  const request = { engine: 'docker25', dockerfile: 'FROM tiny\nRUN a\n' } as const

  it('the platform that is asked for is the one of --platform', () => {
    const [built] = predict(withTiny(), request)
    const [first] = why(built, { ...request, platform: 'linux/arm64' })
    expect(first!.cause).toMatchObject({ code: 'platform', was: 'linux/amd64', now: 'linux/arm64' })
  })

  it.each(['docker20', 'docker26'] as const)('an image that was loaded is no step on scratch, in %s', (engine) => {
    const [first] = why(withTiny(), { engine, dockerfile: 'FROM scratch\nLABEL a=b\n' })
    expect(first!.cause).toEqual({ code: 'nothing-built-here', now: 'scratch' })
  })

  it('an image that says no more where it was built is matching only if its config is', () => {
    const tiny = withTiny({ container_config: { Cmd: ['/bin/sh', '-c', '#(nop) ', 'CMD ["sh"]'] } })
    const [onScratch] = why(tiny, { engine: 'docker26', dockerfile: 'FROM scratch\nLABEL a=b\n' })
    expect(onScratch!.cause).toMatchObject({ code: 'instruction', was: 'CMD ["sh"]', now: 'LABEL a=b' })
    const [old] = predict(tiny, { ...request, engine: 'docker20' })
    const [other] = why(old, { engine: 'docker25', dockerfile: 'FROM tiny\nRUN b\n' })
    expect(other!.cause).toMatchObject({ code: 'command', was: '/bin/sh -c a', now: '/bin/sh -c b' })
    const [same] = why(old, request)
    expect(same!.cause.code).toBe('not-built-locally')
  })

  it('an image that was restored, where another step was built too', () => {
    const engine = 'docker26'
    const [built, { image }] = predict(withTiny(), { engine, dockerfile: 'FROM tiny\nRUN a\nRUN b\n' })
    const source = tagImage(removeImage(built.images, getParent(built.images, image!))[0], 'one', image!)
    const dockerfile = 'FROM tiny\nRUN a\n'
    const [cached, restored] = predict({ images: source }, { engine, dockerfile, cacheFrom: ['one'] })
    const [state] = predict(cached, { engine, dockerfile: 'FROM tiny\nRUN c\n' })
    expect(why(state, { engine, dockerfile })[0]!.cause).toEqual({ code: 'restored-image', image: restored.image })
    const [other] = why(cached, { engine, dockerfile: 'FROM tiny\nRUN d\n' })
    expect(other!.cause).toMatchObject({ code: 'command', was: '/bin/sh -c a' })
  })

  it('an image without a time is never a hit since 25.0', () => {
    const [{ images: built }, { image }] = predict(withTiny(), request)
    const { created: _, ...document } = JSON.parse(new TextDecoder().decode(findRawImage(built, image!)))
    const [loaded, id] = load(built, document)
    const [linked] = setParent(loaded, id, getParent(built, image!))
    const [images] = markBuiltLocally(removeImage(linked, image!)[0], id)
    const [first] = why({ images }, request)
    expect(first!.cause).toEqual({ code: 'no-created', image: id })
    expect(first!.sentence).toContain('does not say when it was created')
  })

  it('an image above a source that an earlier step has left behind', () => {
    const build = (state: BuildState, dockerfile: string, ...cacheFrom: string[]): [BuildState, ImageID] => {
      const [next, { image }] = predict(state, { engine: 'docker17_03', dockerfile, cacheFrom })
      return [next, image!]
    }
    const [one, first] = build(withTiny(), 'FROM tiny\nRUN a\nRUN b\n')
    const source = tagImage(removeImage(one.images, getParent(one.images, first))[0], 'one', first)
    const [two, restored] = build({ images: source }, 'FROM tiny\nRUN a\n', 'one')
    const [three, last] = build({ images: tagImage(two.images, 'two', restored) }, 'FROM two\nRUN c\nRUN d\n')
    const state = { images: tagImage(three.images, 'two', last) }
    const dockerfile = 'FROM tiny\nRUN a\nRUN c\n'
    const narrowed = why(state, { engine: 'docker17_03', dockerfile, cacheFrom: ['one', 'two'] })
    expect(narrowed[0]!.cause).toEqual({ code: 'other-source', image: getParent(state.images, last) })
    expect(why(state, { engine: 'docker17_03', dockerfile, cacheFrom: ['two', 'one'] })).toEqual([])
  })
})
