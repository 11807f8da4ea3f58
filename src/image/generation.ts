import type { ControlEscapes } from '../go/json-write.ts'
import { type GoField, type GoStruct, type GoType, struct } from '../go/struct.ts'

/**
 * How one Docker generation writes and reads images, and words its errors (spec 0.3). Plain facts; each is a row of that table.
 */
export interface Generation {
  /** Docker release that a restored image says it was made by; `undefined` since 29, which writes none. */
  readonly dockerVersion: string | undefined
  /** Whether times of images and history may be null (since 25.0). */
  readonly createdNullable: boolean
  /** Which comes first in a history entry: the author, or created_by (OCI's order, since 25.0). */
  readonly historyOrder: 'author' | 'created_by'
  /** Top-level keys of images restored from `--cache-from`: sorted, or in the order of moby's struct (since 26.0). */
  readonly restoredKeys: 'sorted' | 'declared'
  /** Go's JSON escapes for backspace and form feed. */
  readonly controls: ControlEscapes
  /** `OnBuild` is left out when empty, MacAddress is gone, and lists of words are lists only (since 29). */
  readonly configShape: 'to28' | 'from29'
  readonly startPeriod: boolean
  readonly startInterval: boolean
  readonly variant: boolean
  /** An image without `rootfs`: Go's nil pointer panic until 20.10.3, an error since. */
  readonly withoutRootFS: 'panic' | 'error'
  /** Error texts of the store: as the layer below gave them (1.13), or with what was being done in front. */
  readonly errors: 'bare' | 'wrapped'
  /** What a layer of another operating system meets: nothing (1.13), a map indexed by the text as written (to 24), an error. */
  readonly otherOS: 'ignored' | 'refused-by-fold' | 'refused'
}

/** The struct of an image document in that generation. The same generation gives the same struct. */
export function imageStruct(generation: Generation): GoStruct {
  const known = structs.get(generation)
  if (known !== undefined) return known
  const made = makeImageStruct(generation)
  structs.set(generation, made)
  return made
}

/** The struct of a container config in that generation. */
export function configStruct(generation: Generation): GoStruct {
  const { type } = imageStruct(generation).byKey.get('container_config')!
  return (type as GoType & { is: 'struct' }).of
}

/** What has been made once; a generation is plain data and never changes. */
const structs = /* @__PURE__ */ new WeakMap<Generation, GoStruct>()

const field = (name: string, key: string, type: GoType, omitEmpty = false): GoField => ({ name, key, type, omitEmpty })
const is = (name: 'text' | 'flag' | 'texts' | 'words' | 'set' | 'map'): GoType => ({ is: name })
const nanoseconds: GoType = { is: 'int64', nullable: false }

function makeImageStruct(generation: Generation): GoStruct {
  const config = makeConfigStruct(generation)
  const created: GoType = { is: 'time', nullable: generation.createdNullable }
  return struct([
    field('id', 'id', is('text'), true),
    field('comment', 'comment', is('text'), true),
    field('created', 'created', created),
    field('container', 'container', is('text'), true),
    field('containerConfig', 'container_config', { is: 'struct', of: config, nullable: false }),
    field('dockerVersion', 'docker_version', is('text'), true),
    field('author', 'author', is('text'), true),
    field('config', 'config', { is: 'struct', of: config, nullable: true }, true),
    field('architecture', 'architecture', is('text'), true),
    ...(generation.variant ? [field('variant', 'variant', is('text'), true)] : []),
    field('os', 'os', is('text'), true),
    field('size', 'Size', nanoseconds, true),
    field('parent', 'parent', is('text'), true),
    field('rootfs', 'rootfs', { is: 'struct', of: rootfsStruct(), nullable: true }, true),
    field('history', 'history', { is: 'structs', of: historyStruct(generation) }, true),
    field('osVersion', 'os.version', is('text'), true),
    field('osFeatures', 'os.features', is('texts'), true),
  ])
}

function rootfsStruct(): GoStruct {
  return struct([field('type', 'type', is('text')), field('diffIDs', 'diff_ids', is('texts'), true)])
}

function historyStruct({ createdNullable, historyOrder }: Generation): GoStruct {
  const author = field('author', 'author', is('text'), true)
  const createdBy = field('createdBy', 'created_by', is('text'), true)
  return struct([
    field('created', 'created', { is: 'time', nullable: createdNullable }, createdNullable),
    ...(historyOrder === 'author' ? [author, createdBy] : [createdBy, author]),
    field('comment', 'comment', is('text'), true),
    field('emptyLayer', 'empty_layer', is('flag'), true),
  ])
}

/** api/types/container/config.go, in declaration order (spec 1.2). */
function makeConfigStruct(generation: Generation): GoStruct {
  const to28 = generation.configShape === 'to28'
  const words = is(to28 ? 'words' : 'texts')
  const plain = (key: string, type: GoType, omitEmpty = false) => field(key, key, type, omitEmpty)
  return struct([
    plain('Hostname', is('text')),
    plain('Domainname', is('text')),
    plain('User', is('text')),
    plain('AttachStdin', is('flag')),
    plain('AttachStdout', is('flag')),
    plain('AttachStderr', is('flag')),
    plain('ExposedPorts', is('set'), true),
    plain('Tty', is('flag')),
    plain('OpenStdin', is('flag')),
    plain('StdinOnce', is('flag')),
    plain('Env', is('texts')),
    plain('Cmd', words),
    plain('Healthcheck', { is: 'struct', of: healthStruct(generation), nullable: true }, true),
    plain('ArgsEscaped', is('flag'), true),
    plain('Image', is('text')),
    plain('Volumes', is('set')),
    plain('WorkingDir', is('text')),
    plain('Entrypoint', words),
    plain('NetworkDisabled', is('flag'), true),
    ...(to28 ? [plain('MacAddress', is('text'), true)] : []),
    plain('OnBuild', is('texts'), !to28),
    plain('Labels', is('map')),
    plain('StopSignal', is('text'), true),
    plain('StopTimeout', { is: 'int64', nullable: true }, true),
    plain('Shell', words, true),
  ])
}

function healthStruct({ startPeriod, startInterval }: Generation): GoStruct {
  const time = (key: string) => field(key, key, nanoseconds, true)
  return struct([
    field('Test', 'Test', is('texts'), true),
    time('Interval'),
    time('Timeout'),
    ...(startPeriod ? [time('StartPeriod')] : []),
    ...(startInterval ? [time('StartInterval')] : []),
    time('Retries'),
  ])
}
