import { GoError, orGoError } from '../go/error.ts'
import { type Fault, fault } from './fault.ts'

export type Exposed = { readonly outcome: 'ports'; readonly ports: readonly string[] } | Fault

/** The ports that EXPOSE's expanded words name, `80/tcp`, each once and in that order (go-connections nat.ParsePortSpecs, spec 8.9). */
export function parseExposed(words: readonly string[]): Exposed {
  const specs = orGoError(() => words.map(parsePortSpec))
  if (specs instanceof GoError) return { outcome: 'error', text: specs.message }
  const seen: Record<string, Uint8Array> = {}
  const ports: string[] = []
  for (const [start, end, name] of specs) {
    const known = seen[name] ?? new Uint8Array(65536)
    seen[name] = known
    for (let port = start; port <= end; port++)
      if (known[port] === 0) {
        known[port] = 1
        ports.push(`${port}/${name}`)
      }
  }
  return { outcome: 'ports', ports }
}

/** `[ip:][host:]port[-port][/proto]`. */
function parsePortSpec(spec: string): [start: number, end: number, proto: string] {
  const parts = spec.split(':')
  const [written = '', proto = ''] = parts.at(-1)!.split('/')
  const host = parts.at(-2) ?? ''
  checkAddress(parts.slice(0, -2).join(':'))
  if (written === '') throw fault(`No port specified: ${spec}<empty>`)
  const range = readRange(written)
  if (range === undefined) throw fault(`Invalid containerPort: ${written}`)
  const hostRange = host === '' ? range : readRange(host)
  if (hostRange === undefined) throw fault(`Invalid hostPort: ${host}`)
  const [start, end] = range
  if (end !== start && end - start !== hostRange[1] - hostRange[0])
    throw fault(`Invalid ranges specified for container and host Ports: ${written} and ${host}`)
  const name = (proto || 'tcp').toLowerCase()
  if (name !== 'tcp' && name !== 'udp' && name !== 'sctp') throw fault(`Invalid proto: ${proto}`)
  return [start, end, name]
}

function readRange(text: string): [start: number, end: number] | undefined {
  const ports = text.split('-').map(readPort)
  const start = ports[0]
  const end = ports.length > 1 ? ports[1] : start
  return start === undefined || end === undefined || end < start ? undefined : [start, end]
}

function readPort(text: string): number | undefined {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return port <= 65535 ? port : undefined
}

function checkAddress(text: string): void {
  const reason = splitFault(text)
  if (reason !== '') throw fault(`Invalid ip address ${text}: address ${text}:: ${reason}`)
  const host = text.startsWith('[') ? text.slice(1, -1) : text
  if (host !== '' && !isIP(host)) throw fault(`Invalid ip address: ${host}`)
}

/** What Go's net.SplitHostPort says of the address with a colon behind. */
function splitFault(text: string): string {
  const close = text.indexOf(']')
  if (text.startsWith('[')) {
    if (close < 0) return "missing ']' in address"
    if (close + 1 < text.length) return `${text[close + 1] === ':' ? 'too many colons' : 'missing port'} in address`
    return text.includes('[', 1) ? "unexpected '[' in address" : ''
  }
  if (text.includes(':')) return 'too many colons in address'
  if (text.includes('[')) return "unexpected '[' in address"
  return close < 0 ? '' : "unexpected ']' in address"
}

/** Go's net.ParseIP: dotted IPv4 without leading zeros, or IPv6 without a zone. */
function isIP(text: string): boolean {
  if (!text.includes(':')) return IPv4.test(text)
  const tail = text.slice(text.lastIndexOf(':') + 1)
  const plain = tail.includes('.') ? (IPv4.test(tail) ? `${text.slice(0, -tail.length)}0:0` : '-') : text
  const sides = plain.split('::')
  const groups = sides.flatMap((side) => (side === '' ? [] : side.split(':')))
  const fits = sides.length === 1 ? groups.length === 8 : sides.length === 2 && groups.length < 8
  return fits && groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group))
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPv4 = /* @__PURE__ */ new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)
