import { LayerfoldError } from '../errors.ts'
import { readGoString } from '../go/text.ts'
import type { FileType, Header } from './sum.ts'

/** Bytes of one tar block. */
export const BLOCK = 512

/** One header block as Go's archive/tar reads it. */
export interface RawHeader extends Omit<Header, 'type' | 'xattrs' | 'link'> {
  readonly typeflag: string
  readonly link: string
}

/** PAX records: extended attributes and what did not fit the header. Go strings. */
export type Records = ReadonlyMap<string, string>

/** `undefined` for a block of zeros. Throws `archive-malformed`. */
export function readHeaderBlock(block: Uint8Array): RawHeader | undefined {
  if (block[0] === 0 && block.every((byte) => byte === 0)) return undefined
  if (!isChecked(block)) throw invalid('a header')
  const name = textAt(block, 0, 100)
  const magic = textAt(block, 257, 8)
  const number = (at: number, length: number): number => readNumber(block.subarray(at, at + length), name)
  const isPOSIX = block[262] === 0 && magic === 'ustar'
  const isKnown = isPOSIX || magic === 'ustar  '
  const prefix = isPOSIX ? textAt(block, 345, textAt(block, 508, 4) === 'tar' ? 131 : 155) : ''
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    typeflag: String.fromCharCode(block[156]!),
    mode: number(100, 8),
    uid: number(108, 8),
    gid: number(116, 8),
    size: number(124, 12),
    link: textAt(block, 157, 100),
    devmajor: isKnown ? number(329, 8) : 0,
    devminor: isKnown ? number(337, 8) : 0,
  }
}

/** Puts in what came before the header, and names the type. Throws `archive-malformed`. */
export function completeHeader(raw: RawHeader, pax: Records, longName: string, longLink: string): Header {
  const path = longName || pax.get('path') || raw.path
  const link = longLink || pax.get('linkpath') || raw.link
  const number = (name: string, value: number): number => {
    const given = pax.get(name) || String(value)
    if (!/^[+-]?\d+$/.test(given) || !Number.isSafeInteger(Number(given))) throw invalid(path)
    return Number(given)
  }
  if ([...pax.keys()].some((name) => name.startsWith('GNU.sparse.'))) throw malformed(path, 'sparse files are not read')
  const { typeflag, devmajor, devminor, mode } = raw
  const type = typeflag === '\0' && path.endsWith('/') ? 'directory' : TYPES[typeflag]
  if (type === undefined) throw malformed(path, `unhandled tar header type ${typeflag.charCodeAt(0)}`)
  const header = { path, type, mode, uid: number('uid', raw.uid), gid: number('gid', raw.gid) }
  const xattrs = Array.from(pax).flatMap(([name, value]): [string, string][] =>
    name.startsWith(XATTR) && value !== '' ? [[name.slice(XATTR.length), value]] : [],
  )
  return {
    ...header,
    size: number('size', raw.size),
    ...(link === '' ? {} : { link }),
    ...(devmajor || devminor ? { devmajor, devminor } : {}),
    ...(xattrs.length === 0 ? {} : { xattrs: Object.fromEntries(xattrs) }),
  }
}

const XATTR = 'SCHILY.xattr.'
const TYPES: Readonly<Record<string, FileType>> = {
  '\0': 'file',
  0: 'file',
  1: 'hardlink',
  2: 'symlink',
  3: 'char',
  4: 'block',
  5: 'directory',
  6: 'fifo',
}

/** Throws `archive-malformed`. */
export function readRecords(bytes: Uint8Array): Records {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(readGoString(bytes.subarray(at, space)))
    const end = at + length
    const equals = bytes.indexOf(0x3d, space)
    if (!(length >= 5 && end <= bytes.length && space < end) || bytes[end - 1] !== 0x0a) throw invalid('a PAX header')
    if (equals < 0 || equals >= end) throw invalid('a PAX header')
    records.set(readGoString(bytes.subarray(space + 1, equals)), readGoString(bytes.subarray(equals + 1, end - 1)))
    at = end
  }
  return records
}

/** Up to the first NUL. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return readGoString(end < 0 ? field : field.subarray(0, end))
}

/** Octal digits, or big-endian two's complement when the first bit is set. */
function readNumber(field: Uint8Array, where: string): number {
  if (field[0]! & 0x80) {
    const value = field.reduce((sum, byte, at) => sum * 256 + (at === 0 ? ((byte & 0x7f) << 25) >> 25 : byte), 0)
    if (!Number.isSafeInteger(value)) throw invalid(where)
    return value
  }
  let from = 0
  let to = field.length
  while (isBlank(field[from])) from++
  while (to > from && isBlank(field[to - 1])) to--
  let value = 0
  for (; from < to && field[from] !== 0; from++) {
    const digit = field[from]! - 0x30
    if (digit < 0 || digit > 7) throw invalid(where)
    value = value * 8 + digit
  }
  return value
}

const isBlank = (byte: number | undefined): boolean => byte === 0 || byte === 0x20

/** The sum of the bytes, the checksum's own counted as blanks; old writers took them as signed. */
function isChecked(block: Uint8Array): boolean {
  let unsigned = 0
  let signed = 0
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : block[at]!
    unsigned += byte
    signed += byte < 128 ? byte : byte - 256
  }
  const sum = readNumber(block.subarray(148, 156), 'a header')
  return sum === unsigned || sum === signed
}

function malformed(where: string, reason: string): LayerfoldError {
  return new LayerfoldError('archive-malformed', { where, reason })
}

const invalid = (where: string): LayerfoldError => malformed(where, 'invalid tar header') // Go's words
