import { writeGoString } from '../go/text.ts'

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

/** The blocks of a header as Go's archive/tar writes it; what does not fit goes into PAX records before it. */
export function tarHeader(header: TarHeader): Uint8Array {
  const records = paxRecords(header)
  const block = ustarBlock(header)
  if (records.length === 0) return block
  const data = writeGoString(records.sort().join(''))
  const at = header.name.replace(/\/+$/, '').lastIndexOf('/') + 1
  const name = `${header.name.slice(0, at)}PaxHeaders.0/${header.name.slice(at)}`.slice(0, 100).replace(/\/+$/, '')
  const pax = emptyBlock()
  put(pax, 0, name)
  for (const [offset, width] of [
    [100, 8],
    [108, 8],
    [116, 8],
    [136, 12],
  ] as const)
    putOctal(pax, offset, width, 0)
  putOctal(pax, 124, 12, data.length)
  put(pax, 156, 'x')
  return joined([sealed(pax), data, padding(data.length), block])
}

function paxRecords({ name, link, uname, gname, xattrs }: TarHeader): string[] {
  const records: string[] = []
  const add = (key: string, value: string, fits: number): void => {
    if (writeGoString(value).length > fits || /[^\x20-\x7e]/.test(value)) records.push(paxRecord(key, value))
  }
  add('path', name, 100)
  add('linkpath', link, 100)
  add('uname', uname, 32)
  add('gname', gname, 32)
  for (const [key, value] of Object.entries(xattrs)) records.push(paxRecord(`SCHILY.xattr.${key}`, value))
  return records
}

/** Its own length is in front, and counts. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = writeGoString(rest).length
  let size = length + String(length).length
  if (String(size).length !== String(length).length) size = length + String(size).length
  return `${size}${rest}`
}

function ustarBlock(header: TarHeader): Uint8Array {
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
  return sealed(block)
}

const BLOCK = 512

function emptyBlock(): Uint8Array {
  return new Uint8Array(BLOCK)
}

/** With magic and check sum. */
function sealed(block: Uint8Array): Uint8Array {
  put(block, 257, 'ustar\x0000')
  put(block, 148, ' '.repeat(8))
  const sum = block.reduce((total, byte) => total + byte, 0)
  putOctal(block, 148, 7, sum)
  return block
}

function put(block: Uint8Array, at: number, text: string, width: number = BLOCK): void {
  block.set(writeGoString(toASCII(text)).subarray(0, width), at)
}

/** Go's toASCII: what is not goes. */
function toASCII(text: string): string {
  return Array.from(text, (char) => (char < '\x80' ? char : '')).join('')
}

function putOctal(block: Uint8Array, at: number, width: number, value: number): void {
  put(
    block,
    at,
    `${value
      .toString(8)
      .padStart(width - 1, '0')
      .slice(1 - width)}\0`,
  )
}

/** What fills the last block of so many bytes. */
export function padding(length: number): Uint8Array {
  return new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK)
}

/** The end of an archive. */
export const TRAILER: Uint8Array = /* @__PURE__ */ new Uint8Array(2 * BLOCK)

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
