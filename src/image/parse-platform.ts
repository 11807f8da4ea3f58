import { GoError } from '../go/error.ts'
import { normalArchitecture, normalOS, type Platform } from './platform.ts'

const SYSTEMS =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  )
const ARCHITECTURES =
  '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  )
/**
 * Reads `linux/arm64/v8`, `linux/amd64`, `arm64` or `linux`; what is not said is the host's (containerd platforms.Parse, as in 20.10). Throws an `instruction` GoError with
 * the daemon's text.
 */
export function parsePlatform(text: string, host: Platform): Platform {
  const parts = text.split('/')
  const bad = parts.find((part) => !/^[A-Za-z0-9_-]+$/.test(part))
  if (bad !== undefined) {
    const why = `"${bad}" is an invalid component of "${text}": platform specifier component must match "^[A-Za-z0-9_-]+$"`
    throw new GoError('instruction', `${why}: invalid argument`)
  }
  if (parts.length > 3) throw new GoError('instruction', `"${text}": cannot parse platform specifier: invalid argument`)
  const [first, second, third] = parts as [string, string?, string?]
  if (second !== undefined) return { os: normalOS(first), ...architectureOf(second, third) }
  const os = normalOS(first)
  if (SYSTEMS.includes(os)) return { os, architecture: host.architecture, variant: host.variant }
  const named = architectureOf(first, undefined)
  if (!ARCHITECTURES.includes(named.architecture))
    throw new GoError('instruction', `"${text}": unknown operating system or architecture: invalid argument`)
  return { os: host.os, ...named }
}

/** The level that an architecture has anyway is said where it was asked for, and not for arm. */
function architectureOf(name: string, level: string | undefined) {
  const [architecture, variant] = normalArchitecture(name, level ?? '')
  if (level !== undefined) return { architecture, variant: architecture === 'arm64' && variant === '' ? 'v8' : variant }
  return { architecture, variant: architecture === 'arm' && variant === 'v7' ? '' : variant }
}
