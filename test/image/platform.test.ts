import { describe, expect, it } from 'vitest'
import {
  type Platform,
  platformOrLower,
  platformOrLowerMinor,
  platformWithFeatures,
  samePlatform,
} from '../../src/image/platform.ts'

/** `linux/arm/v7`, and for Windows the version: `windows/amd64:10.0.22621`. */
function platform(text: string): Platform {
  const [name, osVersion] = text.split(':') as [string, string?]
  const [os, architecture, variant] = name.split('/')
  return { os, architecture, variant, osVersion }
}

const MATCHES = { samePlatform, platformOrLower, platformOrLowerMinor, platformWithFeatures }

describe('a platform match', () => {
  it.each([
    ['T63', 'samePlatform', 'linux/amd64', 'linux/386', false],
    ['T63', 'platformOrLower', 'linux/amd64', 'linux/386', true],
    ['T64', 'platformOrLower', 'linux/arm/v8', 'linux/arm/v7', true],
    ['T64', 'platformOrLower', 'linux/arm/v7', 'linux/arm/v8', false],
    ['T65', 'platformOrLowerMinor', 'windows/amd64:10.0.22621', 'windows/amd64:10.0.17763.5329', true],
    ['T65', 'platformOrLowerMinor', 'windows/amd64:11.0.22621', 'windows/amd64:10.0.17763.5329', false],
    ['an alias and a level', 'samePlatform', 'linux/x86_64', 'Linux/amd64/v1', true],
    ['aarch64 is arm64/v8', 'samePlatform', 'linux/aarch64', 'linux/arm64/v8', true],
    ['armhf is arm/v7, arm too', 'samePlatform', 'linux/armhf', 'linux/arm', true],
    ['macos is darwin', 'samePlatform', 'macos/amd64', 'darwin/amd64', true],
    ['no os is the host', 'samePlatform', '/amd64', 'linux/amd64', true],
    ['lower levels of amd64', 'platformOrLower', 'linux/amd64/v3', 'linux/amd64/v2', true],
    ['but no higher ones', 'platformOrLower', 'linux/amd64/v2', 'linux/amd64/v3', false],
    ['32-bit arm on arm64', 'platformOrLower', 'linux/arm64', 'linux/arm/v5', true],
    ['levels of arm64 are known later', 'platformOrLower', 'linux/arm64/v8.2', 'linux/arm64/v8.1', false],
    ['levels of arm64', 'platformOrLowerMinor', 'linux/arm64/v8.2', 'linux/arm64/v8.1', true],
    ['v9.0 has what v8.5 has', 'platformOrLowerMinor', 'linux/arm64/v9', 'linux/arm64/v8.5', true],
    ['another os', 'platformOrLower', 'linux/amd64', 'freebsd/amd64', false],
  ] as const)('%s: %s, %s takes %s: %s', (_, match, builder, image, taken) => {
    expect(MATCHES[match](platform(builder), platform(image))).toBe(taken)
  })

  it('spec 7.3: since 29 an image may ask only for features that the builder has', () => {
    const image = { ...platform('linux/amd64'), osFeatures: ['f'] }
    const builder = platform('linux/amd64')
    expect(platformOrLowerMinor(builder, image)).toBe(true)
    expect(platformWithFeatures(builder, image)).toBe(false)
    expect(platformWithFeatures({ ...builder, osFeatures: ['f', 'g'] }, image)).toBe(true)
  })
})
