import { describe, expect, it } from 'vitest'
import { contextOf } from '../../src/dockerfile/context.ts'
import { mountedTree } from '../../src/dockerfile/tree.ts'
import { parsePlatform } from '../../src/image/parse-platform.ts'
import { type EngineState, predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'

const raw = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}'
const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
if (made.outcome === 'error') throw new Error(made.text)
const start: EngineState = { images: tagImage(store, 'tiny', made.id) }
const context = contextOf({ a: '1' })
const files = () => mountedTree({ 'bin/x': '' })

function build(dockerfile: string, platform?: string, state: EngineState = start) {
  const [next, prediction] = predict(state, {
    engine: 'docker20',
    dockerfile,
    context,
    files,
    ...(platform && { platform }),
  })
  return { next, error: prediction.error?.text, steps: prediction.steps.map(({ status }) => status) }
}

const mismatch =
  /^image with reference sha256:\w{64} was found but does not match the specified platform: wanted linux\/arm64, actual: linux\/amd64$/

describe('the platform of a classic build', () => {
  it.each([
    ['FROM scratch\nENV A=1\n', 'windows'],
    ['FROM scratch\nENV A=1\n', 'bogus/x'],
    ['FROM --platform=windows scratch\nENV A=1\n', undefined],
    ['FROM --platform=linux scratch AS s\nFROM --platform=windows s\n', undefined],
  ])('%j for %s: nothing is there for another operating system', (dockerfile, platform) => {
    expect(build(dockerfile, platform).error).toBe('operating system is not supported')
  })

  it('does not count for an image that is named, nor for a stage that is just that', () => {
    expect(build('FROM tiny AS s\nFROM s\nENV A=1\n', 'linux/arm64').error).toBeUndefined()
  })

  it('counts for what the build has made', () => {
    expect(build('FROM tiny AS s\nENV A=1\nFROM s\n', 'linux/arm64').error).toMatch(mismatch)
    expect(build('FROM tiny AS s\nENV A=1\nFROM --platform=linux/arm64 s\n').error).toMatch(mismatch)
    expect(build('FROM tiny AS s\nENV A=1\nFROM s\n', 'linux/amd64').error).toBeUndefined()
    const from = build('FROM tiny AS s\nENV A=1\nFROM tiny\nCOPY --from=s /bin /b/\n', 'linux/arm64')
    expect(from.error?.replace('invalid from flag value s: ', '')).toMatch(mismatch)
    const onto = build('FROM tiny\nENV A=1\nCOPY a /q\n', 'linux/arm64')
    expect(onto.error?.replace(/^failed to get destination image "sha256:\w+": /, '')).toMatch(mismatch)
    expect(onto.steps).toEqual(['not-cacheable', 'miss', 'not-probed'])
  })

  it('does not count once COPY has mounted the image, which it does when it runs and not when it hits', () => {
    const dockerfile = 'FROM tiny AS s\nCOPY a /q\nFROM s\nENV B=1\n'
    const first = build(dockerfile, 'linux/arm64')
    expect(first.error).toBeUndefined()
    expect(build(dockerfile, 'linux/arm64', first.next).error).toMatch(mismatch)
  })

  it('is told with the words of FROM where it cannot be read', () => {
    expect(build('FROM --platform=linux/ tiny\n').error).toMatch(
      /^failed to parse platform linux\/: "" is an invalid component of "linux\/"/,
    )
    expect(build(`FROM --platform=\${Q:?no} tiny\n`).error).toMatch(
      /^failed to process arguments for platform : .*Q: no$/,
    )
  })

  it.each([
    ['linux/arm', 'linux', 'arm', ''],
    ['armhf', 'linux', 'arm', ''],
    ['linux/armel', 'linux', 'arm', 'v6'],
    ['linux/arm/7', 'linux', 'arm', 'v7'],
    ['linux/arm64', 'linux', 'arm64', ''],
    ['linux/aarch64/8', 'linux', 'arm64', 'v8'],
    ['macOS/AMD64/v1', 'darwin', 'amd64', ''],
    ['Linux', 'linux', 'amd64', undefined],
  ])('%s is read as containerd does it', (text, os, architecture, variant) => {
    expect(parsePlatform(text, { os: 'linux', architecture: 'amd64' })).toEqual({ os, architecture, variant })
  })
})

describe('a stage that is FROM scratch and no more', () => {
  it.each([
    ['/ /x/', ['miss'], undefined],
    ['/a /x/', ['error'], 'COPY failed: stat a: file does not exist'],
    ['/* /x/', ['error'], 'COPY failed: no source files were specified'],
  ])('has no files: COPY --from %s', (words, status, error) => {
    const built = build(`FROM scratch AS s\nFROM tiny\nCOPY --from=s ${words}\n`)
    expect({ status: built.steps.slice(2), error: built.error }).toEqual({ status, error })
  })
})

it('a context that cannot be unpacked is told before a Dockerfile that cannot be read', () => {
  const entry = { path: 'b', type: 'hardlink', link: 'a', mode: 0, uid: 0, gid: 0, size: 0, sum: '' } as const
  const [, { outcome, error }] = predict(start, {
    engine: 'docker20',
    dockerfile: 'FROM tiny\nCOPY a\n',
    context: { entries: [entry] },
  })
  expect({ outcome, text: error?.text }).toEqual({
    outcome: 'failed',
    text: 'Error processing tar file(exit status 1): link /a /b: no such file or directory',
  })
})
