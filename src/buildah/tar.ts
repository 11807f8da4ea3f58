import { concat } from '../digest/bytes.ts'
import { compareText, writeGoString } from '../go/text.ts'

/** What Buildah's digests keep of a tar header: no times. */
export interface TarHeader {
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly uname: string
  readonly gname: string
  readonly link: string
  readonly size: number
  readonly devmajor: number
  readonly devminor: number
  readonly xattrs: Readonly<Record<string, string>>
}

const TYPEFLAG = { file: '0', hardlink: '1', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6' } as const

/** The blocks of a header as Go's archive/tar writes it: what does not fit goes into PAX records before it, or of a name alone into the prefix. */
export function tarHeader(header: TarHeader): Uint8Array {
  const records = paxRecords(header)
  const slash = records.size === 1 && records.has('path') ? prefixLength(header.name) : 0
  if (slash > 0) return ustarBlock({ ...header, name: header.name.slice(slash + 1) }, header.name.slice(0, slash))
  const block = ustarBlock(header)
  if (records.size === 0) return block
  const sorted = [...records].sort(([a], [b]) => compareText(a, b))
  const data = writeGoString(sorted.map(([key, value]) => paxRecord(key, value)).join(''))
  return concat([paxBlock(header.name, data.length), data, padding(data.length), block])
}

function paxRecords({ name, link, uname, gname, uid, gid, size, xattrs }: TarHeader): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  const addText = (key: string, value: string, width: number): void => {
    if (writeGoString(value).length > width || toASCII(value) !== value) records.set(key, value)
  }
  const addNumber = (key: string, value: number, width: number): void => {
    if (!fitsInOctal(value, width)) records.set(key, String(value))
  }
  addText('path', name, 100)
  addText('linkpath', link, 100)
  addText('uname', uname, 32)
  addText('gname', gname, 32)
  addNumber('uid', uid, 8)
  addNumber('gid', gid, 8)
  addNumber('size', size, 12)
  for (const [key, value] of Object.entries(xattrs)) records.set(`SCHILY.xattr.${key}`, value)
  return records
}

/** Where a long name is cut in two, the first part of at most 155 bytes and the second of 100; 0 where it cannot be (Go's splitUSTARPath). */
function prefixLength(name: string): number {
  const slash = name.slice(0, 156).lastIndexOf('/')
  return toASCII(name) === name && slash > 0 && name.length - slash <= 101 ? slash : 0
}

/** The header of the records. */
function paxBlock(name: string, size: number): Uint8Array {
  const at = name.lastIndexOf('/') + 1
  const block = emptyBlock()
  const shown = toASCII(`${name.slice(0, at)}PaxHeaders.0/${name.slice(at)}`).slice(0, 100)
  put(block, 0, shown.replace(/\/+$/, ''))
  putOctal(block, 100, 8, 0)
  putOctal(block, 108, 8, 0)
  putOctal(block, 116, 8, 0)
  putOctal(block, 124, 12, size)
  putOctal(block, 136, 12, 0)
  put(block, 156, 'x')
  return sealed(block)
}

/** Its own length is in front, and counts. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = writeGoString(rest).length
  let size = length + String(length).length
  if (String(size).length !== String(length).length) size = length + String(size).length
  return `${size}${rest}`
}

function ustarBlock(header: TarHeader, prefix = ''): Uint8Array {
  const block = emptyBlock()
  put(block, 0, header.name, 100)
  putOctal(block, 100, 8, header.mode)
  putOctal(block, 108, 8, header.uid)
  putOctal(block, 116, 8, header.gid)
  putOctal(block, 124, 12, header.size)
  putOctal(block, 136, 12, 0)
  put(block, 156, TYPEFLAG[header.type])
  put(block, 157, header.link, 100)
  put(block, 265, header.uname, 32)
  put(block, 297, header.gname, 32)
  putOctal(block, 329, 8, header.devmajor)
  putOctal(block, 337, 8, header.devminor)
  put(block, 345, prefix)
  return sealed(block)
}

const BLOCK = 512

function emptyBlock(): Uint8Array {
  return new Uint8Array(BLOCK)
}

/** With magic and check sum. */
function sealed(block: Uint8Array): Uint8Array {
  put(block, 257, 'ustar')
  put(block, 263, '00')
  put(block, 148, ' '.repeat(8))
  const sum = block.reduce((total, byte) => total + byte, 0)
  putOctal(block, 148, 7, sum)
  return block
}

/** A text that is cut loses the slash at the cut. */
function put(block: Uint8Array, at: number, text: string, width: number = BLOCK): void {
  const ascii = toASCII(text)
  const shown = ascii.slice(0, width)
  block.set(writeGoString(shown), at)
  if (ascii.length > width && shown.endsWith('/')) block[at + shown.replace(/\/+$/, '').length] = 0
}

/** Go's toASCII: what is not goes. */
function toASCII(text: string): string {
  return Array.from(text, (char) => (char > '\0' && char < '\x80' ? char : '')).join('')
}

function putOctal(block: Uint8Array, at: number, width: number, value: number): void {
  const shown = fitsInOctal(value, width) ? value : 0
  put(block, at, shown.toString(8).padStart(width - 1, '0'))
  block[at + width - 1] = 0
}

/** The last byte is NUL. */
function fitsInOctal(value: number, width: number): boolean {
  return value < 8 ** (width - 1)
}

/** What fills the last block of so many bytes. */
export function padding(length: number): Uint8Array {
  return new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK)
}

/** The end of an archive. */
export const TRAILER: Uint8Array = /* @__PURE__ */ new Uint8Array(2 * BLOCK)
