import { digestOf } from '../digest/digest.ts'
import { writeString } from '../go/json-write.ts'
import { writeGoString } from '../go/text.ts'
import { toBase64 } from './base64.ts'
import {
  baseName,
  type ContextOperation,
  type ExecOperation,
  type FileAction,
  type FileOperation,
  type Mount,
  type Network,
  type Operation,
  type UserName,
} from './operation.ts'

/** The digest of an operation's CacheMap (solver/llbsolver/ops at buildkit eeb7b65ab7d6; rules 13). */
export function operationDigest(operation: Exclude<Operation, ContextOperation>): string {
  switch (operation.kind) {
    case 'source':
      return digestOf(writeGoString(`buildkit.source.v0:${operation.chain}`))
    case 'exec':
      return digestOf(writeGoString(execText(operation)))
    case 'file':
      return digestOf(writeGoString(fileText(operation)))
    case 'merge':
      return digestOf(writeGoString('{"Type":"buildkit.merge.v0","Merge":{"inputs":[{"input":0},{"input":1}]}}'))
  }
}

/** The name of a key in the store and in exported records: output 0 is of an operation, -1 of content. */
export function recordDigest(digest: string, output: 0 | -1): string {
  return digestOf(writeGoString(`${digest}@${output}`))
}

type JSONValue =
  | string
  | number
  | boolean
  | undefined
  | JSONRaw
  | readonly JSONValue[]
  | { readonly [key: string]: JSONValue }
interface JSONRaw {
  readonly raw: string
}

/** As Go's encoding/json of that time: keys in the order given, absence left out. */
function toJSON(value: JSONValue): string {
  if (typeof value === 'string') return writeString(value, 'long')
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(toJSON).join(',')}]`
  const fields = Object.entries(value as { readonly [key: string]: JSONValue }).flatMap(([key, each]) =>
    each === undefined ? [] : [`"${key}":${toJSON(each)}`],
  )
  return `{${fields.join(',')}}`
}

/** Go's omitempty. */
const some = <T extends JSONValue>(value: T): T | undefined =>
  value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0) ? undefined : value

const NETWORK: Readonly<Record<Network, number>> = { default: 0, host: 1, none: 2 }

function execText({ args, env, cwd, user, hosts, mounts, network, insecure, platform }: ExecOperation): string {
  const meta = {
    args: some(args),
    env: some(env),
    cwd: some(cwd),
    user: some(user),
    extraHosts: some(hosts.map((Host) => ({ Host }))),
  }
  const Exec = {
    meta,
    mounts: mounts.length > 1 ? mounts.map(mountFields) : undefined,
    network: some(NETWORK[network]),
    security: some(insecure ? 1 : 0),
  }
  const { os, architecture, variant } = platform
  return toJSON({
    Type: 'buildkit.exec.v0',
    Exec,
    OS: os ?? '',
    Arch: architecture ?? '',
    Variant: some(variant ?? ''),
  })
}

const MOUNT_TYPE = { bind: 0, secret: 1, ssh: 2, cache: 3, tmpfs: 4 } as const
const SHARING = { shared: 0, private: 1, locked: 2 } as const

function mountFields({ input, target, output, readonly, type, id = '', sharing = 'shared', file }: Mount): JSONValue {
  const secret = file && {
    ID: some(id),
    uid: some(file.uid),
    gid: some(file.gid),
    mode: some(file.mode),
    optional: some(file.optional),
  }
  return {
    input,
    dest: target,
    output,
    readonly: some(readonly),
    mountType: some(MOUNT_TYPE[type]),
    cacheOpt: type === 'cache' ? { ID: id, sharing: some(SHARING[sharing]) } : undefined,
    secretOpt: type === 'secret' ? secret : undefined,
    SSHOpt: type === 'ssh' ? secret : undefined,
  }
}

function fileText({ actions }: FileOperation): string {
  const Actions = actions.map((action) => toBase64(writeGoString(toJSON(actionFields(action)))))
  const indexes = actions.map((action, at) => [
    action.input,
    action.action === 'copy' ? action.from : -1,
    at === actions.length - 1 ? 0 : -1,
  ])
  return toJSON({ Type: 'buildkit.file.v0', Actions, indexes: isUsual(indexes) ? undefined : indexes })
}

function actionFields(action: FileAction): JSONValue {
  const owner = action.owner && {
    user: action.owner.user && userFields(action.owner.user),
    group: action.owner.group && userFields(action.owner.group),
  }
  if (action.action === 'mkfile') {
    const { path, mode, data } = action
    return { path, mode: some(mode), data: toBase64(writeGoString(data)), owner, timestamp: -1 }
  }
  if (action.action === 'mkdir') {
    const { path, mode, parents } = action
    return { path: some(path), mode: some(mode), makeParents: some(parents), owner, timestamp: -1 }
  }
  const { from, source, destination, mode, unpack, wildcards } = action
  return {
    src: some(from < 0 ? source : baseName(source)),
    dest: some(destination),
    owner,
    mode: some(mode),
    followSymlink: some(wildcards),
    dirCopyContents: some(wildcards),
    attemptUnpackDockerCompatibility: some(unpack),
    createDestPath: true,
    allowWildcard: some(wildcards),
    allowEmptyWildcard: some(wildcards),
    timestamp: -1,
  }
}

function userFields(user: UserName): JSONValue {
  if ('name' in user) return { User: { byName: { name: user.name, input: user.input } } }
  return { User: user.id === 0 ? {} : { byID: user.id } }
}

/** buildkit's isDefaultIndexes: what it says of three actions and more is so in the original. */
function isUsual(indexes: readonly (readonly number[])[]): boolean {
  return indexes.every(
    ([input, from], at) => input === (at === 0 ? 0 : indexes.length + at - 1) && (from === 1 || from === -1),
  )
}
