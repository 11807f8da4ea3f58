import { GoError } from '../go/error.ts'
import type { Platform } from './platform.ts'

const SYSTEMS =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  )
const ARCHITECTURES =
  '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  )
const ALIASES: Readonly<Record<string, readonly [architecture: string, variant: string]>> = {
  i386: ['386', ''],
  x86_64: ['amd64', ''],
  'x86-64': ['amd64', ''],
  aarch64: ['arm64', ''],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
}

/**
 * Reads `linux/arm64/v8`, `linux/amd64`, `arm64` or `linux`; what is not said is the host's (containerd platforms.Parse). Throws an `instruction` GoError with
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
  const [first, second, third] = parts.map((part) => part.toLowerCase()) as [string, string?, string?]
  if (second !== undefined) {
    const [architecture, variant] = ALIASES[second] ?? [second, '']
    return {
      os: first === 'macos' ? 'darwin' : first,
      architecture,
      variant: third ?? (architecture === 'arm' && variant === '' ? 'v7' : variant),
    }
  }
  if (SYSTEMS.includes(first) || first === 'macos') {
    return { os: first === 'macos' ? 'darwin' : first, architecture: host.architecture, variant: host.variant }
  }
  const [architecture, variant] = ALIASES[first] ?? [first, '']
  if (!ARCHITECTURES.includes(architecture))
    throw new GoError('instruction', `"${text}": unknown operating system or architecture: invalid argument`)
  return { os: host.os, architecture, variant: architecture === 'arm' && variant === '' ? 'v7' : variant }
}
