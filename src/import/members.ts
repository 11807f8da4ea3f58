import { LayerfoldError } from '../errors.ts'
import type { Compression } from './compression.ts'

/** What is remembered of an archive: small JSON, and the hashes of the rest. By name without `./`. */
export type Members = ReadonlyMap<string, Member>

export type Member = FileMember | LinkMember

export interface FileMember {
  readonly type: 'file'
  /** The bytes, when they look like JSON; `dropped` when there was no room for them. */
  readonly content: Uint8Array | 'dropped' | undefined
  /** `sha256:…` of the bytes as they are; `undefined` when they were passed over. */
  readonly digest: string | undefined
  readonly compression: Compression
  /** `sha256:…` of the bytes, decompressed; `undefined` when they were passed over or cannot be decompressed. */
  readonly diffID: string | undefined
  /** Why the bytes cannot be decompressed. */
  readonly fault: string | undefined
}

/** A symbolic or hard link. */
export interface LinkMember {
  readonly type: 'link'
  /** `undefined` when it leaves the archive. */
  readonly target: string | undefined
}

/** A member's name, cleaned as Go's path.Clean does it; `undefined` when it is absolute, or climbs out of the archive. */
export function cleanName(name: string): string | undefined {
  if (name.startsWith('/')) return undefined
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** Where a link of that name leads: symbolic links start from their directory, hard links from the top. */
export function linkTarget(name: string, link: 'symlink' | 'link', target: string): string | undefined {
  if (link === 'link' || target.startsWith('/')) return cleanName(target)
  return cleanName(`${name.slice(0, name.lastIndexOf('/') + 1)}${target}`)
}

/** The file that has the name, or that its links lead to. Throws `archive-malformed`. Nothing outside the archive is ever reached. */
export function getFile(members: Members, reference: string): [name: string, file: FileMember] {
  const seen = new Set<string>()
  let name = cleanName(reference)
  while (name !== undefined) {
    const member = members.get(name)
    if (member === undefined)
      throw malformed(reference, seen.size === 0 ? 'is missing' : `links to ${name}, which is missing`)
    if (member.type === 'file') return [name, member]
    if (seen.has(name)) throw malformed(reference, 'its links go round in a circle')
    seen.add(name)
    name = member.target
  }
  throw malformed(reference, seen.size === 0 ? 'the name leaves the archive' : 'its link leaves the archive')
}

export function malformed(where: string, reason: string, cause?: unknown): LayerfoldError<'archive-malformed'> {
  return new LayerfoldError('archive-malformed', { where, reason }, cause)
}

/** What the platform or the tar reader said, as an error of the archive; a LayerfoldError stays itself. */
export function unreadable(where: string, error: unknown): LayerfoldError {
  if (error instanceof LayerfoldError) return error
  return malformed(where, error instanceof Error ? error.message : String(error), error)
}
