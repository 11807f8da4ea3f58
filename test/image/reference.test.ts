import { describe, expect, it } from 'vitest'
import { orGoError } from '../../src/go/error.ts'
import { familiarName, parseReference, referenceKey } from '../../src/image/reference.ts'

const HEX = 'a'.repeat(64)

describe('parseReference', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest', 'busybox'],
    ['user/app:1', 'docker.io/user/app:1', 'user/app'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox'],
    ['index.docker.io/user/app', 'docker.io/user/app:latest', 'user/app'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app'],
    ['host:5000/a/b:v1.0_x', 'host:5000/a/b:v1.0_x', 'host:5000/a/b'],
    ['EXAMPLE.com/app', 'EXAMPLE.com/app:latest', 'EXAMPLE.com/app'],
    ['a__b/c--d/e.f', 'docker.io/a__b/c--d/e.f:latest', 'a__b/c--d/e.f'],
    [`app:1@sha256:${HEX}`, `docker.io/library/app@sha256:${HEX}`, 'app'],
    ['docker.io/library/a/b', 'docker.io/library/a/b:latest', 'library/a/b'],
  ])('spec 5.2: %s is %s', (text, key, familiar) => {
    const reference = parseReference(text)
    expect(referenceKey(reference)).toBe(key)
    expect(familiarName(reference)).toBe(familiar)
  })

  it.each([
    ['', 'invalid reference format'],
    ['app:', 'invalid reference format'],
    [':1', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['a___b', 'invalid reference format'],
    ['-a', 'invalid reference format'],
    [`app:${'t'.repeat(129)}`, 'invalid reference format'],
    ['app@sha256:abc', 'invalid reference format'],
    ['App', 'invalid reference format: repository name must be lowercase'],
    ['host:5000/App', 'invalid reference format: repository name must be lowercase'],
    [HEX, `invalid repository name (${HEX}), cannot specify 64-byte hexadecimal strings`],
    [`app@sha256:${'a'.repeat(32)}`, 'invalid checksum digest length'],
    [`app@sha256:${HEX.toUpperCase()}`, 'invalid checksum digest format'],
    [`app@md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
    [`app:1@SHA256:${HEX}`, 'invalid checksum digest format'],
    [`app@sha512:${HEX}`, 'invalid checksum digest length'],
    [`app@constructor:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
    ['a'.repeat(256), 'repository name must not be more than 255 characters'],
  ])('refuses %s', (text, message) => {
    expect(orGoError(() => parseReference(text))).toMatchObject({ kind: 'invalid-reference', message })
  })

  it('reads every digest that go-digest knows', () => {
    for (const [algorithm, length] of [
      ['sha256', 64],
      ['sha384', 96],
      ['sha512', 128],
    ] as const) {
      const digest = `${algorithm}:${'a'.repeat(length)}`
      expect(parseReference(`app@${digest}`)).toEqual({ name: 'docker.io/library/app', tag: undefined, digest })
    }
  })

  it.each(['a', 'a-', 'a.', 'a/', 'A', 'a_', 'a:', 'a@'])('refuses a long text of %j at once', (part) => {
    const start = performance.now()
    expect(orGoError(() => parseReference(`${part.repeat(5_000)}!`))).toMatchObject({ kind: 'invalid-reference' })
    expect(performance.now() - start).toBeLessThan(500)
  })
})
