import type { Image } from './image.ts'

/** Where an image runs, in the OCI image-spec's words. Empty or absent fields say nothing. */
export interface Platform {
  readonly os?: string | undefined
  readonly architecture?: string | undefined
  readonly variant?: string | undefined
  readonly osVersion?: string | undefined
  readonly osFeatures?: readonly string[] | undefined
}

/** `linux/arm64/v8`; absent parts are left out. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => !!part).join('/')
}

/**
 * Whether a builder on `builder` takes a cached image for `image`: moby's comparePlatform (image/cache/cache.go, spec 7.3). An absent os is `hostOS`.
 * Each of the following is one release of containerd's platforms module inside moby.
 */
export type PlatformMatch = (builder: Platform, image: Platform, hostOS?: string) => boolean

/** 24.0.9, 25.0.2: the same os, architecture and variant. */
export const samePlatform: PlatformMatch = (builder, image, hostOS) => accepts('strict', builder, image, hostOS)

/** 23.0.10, 25.0.3 …: lower variants and 32-bit relatives too. */
export const platformOrLower: PlatformMatch = (builder, image, hostOS) => accepts('lower', builder, image, hostOS)

/** 26 … 28: arm64's v8.x and v9.x as well, and Windows by the build. */
export const platformOrLowerMinor: PlatformMatch = (builder, image, hostOS) =>
  accepts('lower-with-minors', builder, image, hostOS)

/** 29: the image's os.features too. */
export const platformWithFeatures: PlatformMatch = (builder, image, hostOS) =>
  accepts('lower-with-features', builder, image, hostOS)

type PlatformRule = 'strict' | 'lower' | 'lower-with-minors' | 'lower-with-features'

/** moby's Image.Platform. */
export function platformOf(
  image: Pick<Image, 'os' | 'architecture' | 'variant' | 'osVersion' | 'osFeatures'>,
): Platform {
  const { os, architecture, variant, osVersion, osFeatures } = image
  return { os, architecture, variant, osVersion, osFeatures }
}

function accepts(rule: PlatformRule, builder: Platform, image: Platform, hostOS = 'linux'): boolean {
  const wanted = normalize(rule, builder, hostOS)
  if (rule === 'strict') return sameKind(wanted, normalize(rule, image, hostOS))
  const seen = normalize(rule, withBuilderBuild(builder, image), hostOS)
  const versions = rule !== 'lower' && wanted.os === 'windows'
  return (
    accepted(rule, wanted).some((each) => sameKind(each, seen)) &&
    (!versions || acceptsWindows(wanted.osVersion, seen.osVersion)) &&
    (rule !== 'lower-with-features' || wanted.os === 'windows' || isSubset(seen.osFeatures, wanted.osFeatures))
  )
}

interface Normal {
  readonly os: string
  readonly architecture: string
  readonly variant: string
  readonly osVersion: string
  readonly osFeatures: readonly string[]
}

function sameKind(a: Normal, b: Normal): boolean {
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((each) => all.includes(each))
}

/** The platform, named as BuildKit does it wherever it goes: `linux/arm` is `linux/arm/v7`. */
export function normalPlatform(platform: Platform): Platform {
  const [architecture, variant] = normalArchitecture(platform.architecture ?? '', platform.variant ?? '')
  return { ...platform, os: platform.os && normalOS(platform.os), architecture, variant }
}

export function normalOS(name: string): string {
  const os = name.toLowerCase()
  return os === 'macos' ? 'darwin' : os
}

/** containerd's platforms.Normalize. */
function normalize(rule: PlatformRule, platform: Platform, hostOS: string): Normal {
  const [architecture, variant] = normalArchitecture(platform.architecture ?? '', platform.variant ?? '', rule)
  return {
    os: normalOS(platform.os || hostOS),
    architecture,
    variant,
    osVersion: platform.osVersion ?? '',
    osFeatures: platform.osFeatures ?? [],
  }
}

/** containerd's normalizeArch, as in 20.10 unless said. */
export function normalArchitecture(
  name: string,
  level: string,
  rule: PlatformRule = 'lower',
): [architecture: string, variant: string] {
  const variant = level.toLowerCase()
  switch (name.toLowerCase()) {
    case 'i386':
      return ['386', '']
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return ['amd64', variant === 'v1' ? '' : variant]
    case 'aarch64':
    case 'arm64':
      return ['arm64', normalArm64(hasMinors(rule), variant)]
    case 'armhf':
      return ['arm', 'v7']
    case 'armel':
      return ['arm', 'v6']
    case 'arm':
      return ['arm', variant === '' ? 'v7' : /^[5-8]$/.test(variant) ? `v${variant}` : variant]
    default:
      return [name.toLowerCase(), variant]
  }
}

function normalArm64(minors: boolean, variant: string): string {
  if (variant === '8' || variant === 'v8' || (minors && variant === 'v8.0')) return ''
  return minors && ['9', '9.0', 'v9.0'].includes(variant) ? 'v9' : variant
}

function hasMinors(rule: PlatformRule): boolean {
  return rule === 'lower-with-minors' || rule === 'lower-with-features'
}

/** containerd's platforms.Only: the platform itself, then what runs on it too. */
function accepted(rule: PlatformRule, platform: Normal): Normal[] {
  const { architecture, variant } = platform
  const as = (architecture: string, variant: string): Normal => ({ ...platform, architecture, variant })
  if (architecture === 'amd64')
    return [platform, ...below(variant, 1).map((each) => as('amd64', each)), as('386', '')].map(normalLevel)
  if (architecture === 'arm') return [platform, ...below(variant, 5).map((each) => as('arm', each))]
  if (architecture !== 'arm64') return [platform]
  const minors = hasMinors(rule)
  if (rule === 'lower-with-minors' && !ARM64_KNOWN_TO_28.test(variant)) return []
  const variants = minors ? arm64Below(variant || 'v8') : []
  const arm = minors && /^v[89]\./.test(variant) ? 'v8' : variant || 'v8'
  return [
    platform,
    ...variants.map((each) => as('arm64', each === 'v8' ? '' : each)),
    ...accepted(rule, as('arm', arm)),
  ]
}

/** containerd/platforms v1.0.0-rc.1 has a table of arm64 levels, and a builder of any other level accepts nothing at all (recorded). */
const ARM64_KNOWN_TO_28 = /^$|^v8(\.\d)?$|^v9(\.[0-7])?$/

/** The vector's entries are matched as normalised themselves: amd64 v1 is amd64. */
function normalLevel(platform: Normal): Normal {
  return platform.architecture === 'amd64' && platform.variant === 'v1' ? { ...platform, variant: '' } : platform
}

/** `v7` down to `lowest`, itself left out. */
function below(variant: string, lowest: number): string[] {
  const level = readLevel(variant)
  return level === undefined ? [] : range(level - 1, lowest).map((each) => `v${each}`)
}

/** arm64's ladder: v9.x is compatible with v8.(x+5) and what is below. */
function arm64Below(variant: string): string[] {
  const [majorText, minorText] = variant.split('.') as [string, string?]
  const major = readLevel(majorText)
  if (major === undefined || major < 8) return []
  const minor = variant.length === 4 ? (readLevel(minorText ?? '') ?? 0) : 0
  const ladder = (from: number, top: number) =>
    range(top, 0).map((each) => (each === 0 ? `v${from}` : `v${from}.${each}`))
  if (major !== 9) return ladder(major, minor - 1)
  return [...ladder(9, minor - 1), ...ladder(8, minor + 5)]
}

/** Go's strconv.Atoi after an optional `v`. */
function readLevel(text: string): number | undefined {
  const digits = text.startsWith('v') ? text.slice(1) : text
  return /^[+-]?\d+$/.test(digits) ? Number(digits) : undefined
}

function range(from: number, downTo: number): number[] {
  return from < downTo ? [] : Array.from({ length: from - downTo + 1 }, (_, index) => from - index)
}

/** Of two Windows versions only major and minor count: the image gets the builder's build (moby#47307). */
function withBuilderBuild(builder: Platform, image: Platform): Platform {
  if (builder.os !== 'windows' || image.os !== 'windows') return image
  const ours = (builder.osVersion ?? '').split('.')
  const theirs = (image.osVersion ?? '').split('.')
  if (ours.length < 3 || theirs.length < 3) return image
  return { ...image, osVersion: [theirs[0], theirs[1], ...ours.slice(2)].join('.') }
}

/** Windows Server 2022: hosts from here on also run containers back to it. */
const SERVER_2022 = 20348

/** containerd's platform_windows_compat.go. */
function acceptsWindows(host: string, container: string): boolean {
  const [major, minor, build] = windowsVersion(host)
  if ((major === 0 && minor === 0 && build === 0) || container === '') return true
  const [theirMajor, theirMinor, theirBuild] = windowsVersion(container)
  if (major !== theirMajor || minor !== theirMinor) return false
  return build < SERVER_2022 ? build === theirBuild : theirBuild >= SERVER_2022 && theirBuild <= build
}

function windowsVersion(text: string): [major: number, minor: number, build: number] {
  const parts = text.split('.')
  const bits = [255, 255, 65535]
  const valid =
    parts.length >= 3 && bits.every((most, index) => /^\d+$/.test(parts[index]!) && Number(parts[index]) <= most)
  return valid ? [Number(parts[0]), Number(parts[1]), Number(parts[2])] : [0, 0, 0]
}
