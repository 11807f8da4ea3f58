import { type Hashing, startSHA256 } from '../digest/sha256.ts'
import { compareText, writeGoString } from '../go/text.ts'

export type FileType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo'

/** What of a tar header counts. Texts are Go strings (see go/text.ts), xattr values too. */
export interface Header {
  /** As sent: `./a`, `dir/`. */
  readonly path: string
  readonly type: FileType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes. */
  readonly size: number
  /** The target of a symlink as written, or the name that a hard link repeats. */
  readonly link?: string
  readonly devmajor?: number
  readonly devminor?: number
  readonly xattrs?: Readonly<Record<string, string>>
}

/** Of the daemon's host; empty in what a client sends. */
export interface Owner {
  readonly uname: string
  readonly gname: string
}

/** Version 1 of moby's tarsum (pkg/tarsum/versioning.go, spec 8.6): hex SHA-256 of the header, and of the content that follows through `update`. */
export function startSum(header: Header, owner?: Owner): Hashing {
  return startSHA256().update(writeGoString(headerText(header, owner)))
}

function headerText({ path, type, mode, uid, gid, size, link, devmajor, devminor, xattrs }: Header, owner?: Owner) {
  const text =
    `name${path}mode${mode}uid${uid}gid${gid}size${size}typeflag${TYPEFLAG[type]}linkname${link ?? ''}` +
    `uname${owner?.uname ?? ''}gname${owner?.gname ?? ''}devmajor${devmajor ?? 0}devminor${devminor ?? 0}`
  if (xattrs === undefined) return text
  const sorted = Object.entries(xattrs).sort(([a], [b]) => compareText(a, b))
  return text + sorted.flat().join('')
}

const TYPEFLAG: Readonly<Record<FileType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}

/** Whether tar modes hold the kind of file: docker clients and daemons up to 23 set those bits, from 24 on they do not (moby cddaa84777). */
export type ModePolicy = 'cli23' | 'cli24'

export function tarMode(type: FileType, permissions: number, policy: ModePolicy): number {
  const bits = permissions & 0o7777
  return policy === 'cli24' ? bits : bits | KIND[type]
}

const KIND: Readonly<Record<FileType, number>> = {
  file: 0o100000,
  hardlink: 0o100000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  directory: 0o040000,
  fifo: 0o010000,
}
