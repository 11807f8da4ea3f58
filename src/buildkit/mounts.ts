import { GoError } from '../go/error.ts'
import { cleanPath } from '../go/path.ts'
import { baseName, type Mount } from './operation.ts'

/** `RUN --mount=…`, read (frontend/dockerfile/instructions/commands_runmount.go). */
export interface MountOption {
  readonly type: Mount['type']
  readonly from: string
  readonly source: string
  readonly target: string
  readonly readonly: boolean
  readonly id: string
  readonly sharing: NonNullable<Mount['sharing']>
  readonly required: boolean
  readonly uid?: number
  readonly gid?: number
  readonly mode?: number
}

const TYPES: readonly string[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh']
const SWITCHES: Readonly<Record<string, boolean>> = { readonly: true, ro: true, readwrite: false, rw: false }
const TARGETS = ['target', 'dst', 'destination']
const SOURCES = ['source', 'src']

/** Reads the option's value. Throws an `instruction` GoError with the daemon's text. */
export function readMount(text: string, expand: (word: string) => string): MountOption {
  const fields = new Map<string, string>()
  let readonly: boolean | undefined
  for (const field of text.split(',')) {
    const at = field.indexOf('=')
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase()
    const value = at < 0 ? undefined : field.slice(at + 1)
    if (Object.hasOwn(SWITCHES, key))
      readonly = value === undefined ? SWITCHES[key]! : readSwitch(key, value) === SWITCHES[key]
    else if (key === 'required' && value === undefined) fields.set(key, 'true')
    else if (value === undefined) throw wrong(`invalid field '${field}' must be a key=value pair`)
    else fields.set(nameOf(key), key === 'type' || key === 'from' ? value : expand(value))
  }
  const type = (fields.get('type') ?? 'bind').toLowerCase()
  if (!TYPES.includes(type)) throw wrong(`unsupported mount type "${type}"`)
  return optionOf(type as Mount['type'], fields, readonly)
}

function nameOf(key: string): string {
  return TARGETS.includes(key) ? 'target' : SOURCES.includes(key) ? 'source' : key
}

function optionOf(
  type: Mount['type'],
  fields: ReadonlyMap<string, string>,
  readonly: boolean | undefined,
): MountOption {
  const text = (name: string): string => fields.get(name) ?? ''
  const target = text('target')
  if (target === '' && type !== 'secret' && type !== 'ssh') throw wrong(`${type} mount requires target`) // words unrecorded
  const numbers = {
    uid: readNumber(fields, 'uid', 10),
    gid: readNumber(fields, 'gid', 10),
    mode: readNumber(fields, 'mode', 8),
  }
  return {
    type,
    from: text('from'),
    source: text('source'),
    target,
    readonly: readonly ?? type === 'bind',
    id: text('id'),
    sharing: readSharing(text('sharing').toLowerCase()),
    required: readSwitch('required', fields.get('required') ?? 'false'),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
  }
}

function readSharing(text: string): NonNullable<Mount['sharing']> {
  if (text === '' || text === 'shared') return 'shared'
  if (text === 'private' || text === 'locked') return text
  throw wrong(`unsupported sharing value "${text}"`)
}

function readSwitch(key: string, value: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false
  throw wrong(`invalid value for ${key}: ${value}`)
}

function readNumber(fields: ReadonlyMap<string, string>, name: string, radix: number): number | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  if (!/^[0-9]+$/.test(text)) throw wrong(`invalid value ${text} for ${name}`)
  return Number.parseInt(text, radix)
}

const wrong = (text: string): GoError => new GoError('instruction', text)

/** A secret or socket as a mount: never its value. `index` counts the sockets before it. */
export function secretMount(option: MountOption, index: number): Mount {
  const { type, source, uid = 0, gid = 0, required } = option
  const isSecret = type === 'secret'
  const id = isSecret ? source || option.id || baseName(option.target) : option.id || 'default'
  if (isSecret && id === '.') throw wrong('one of source, target required')
  const fallback = isSecret ? `/run/secrets/${baseName(id)}` : `/run/buildkit/ssh_agent.${index}`
  const file = { uid, gid, mode: option.mode ?? (isSecret ? 0o400 : 0o600), optional: !required }
  return { input: 0, target: option.target || fallback, output: 0, readonly: false, type, id, file }
}

/** The id that a cache has in the daemon, whose namespace is empty. */
export function cacheID({ id, target }: MountOption): string {
  return `/${id || cleanPath(target)}`
}
