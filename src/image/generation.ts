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

const text: GoType = { is: 'text' }
const texts: GoType = { is: 'texts' }
const flag: GoType = { is: 'flag' }
const set: GoType = { is: 'set' }
const int64: GoType = { is: 'int64', nullable: false }

/** A field that is kept under its JSON key, if no other name is given. */
const field = (key: string, type: GoType, name = key): GoField => ({ name, key, type, omitEmpty: false })

/** One whose zero value is left out of the text. */
const filled = (key: string, type: GoType, name = key): GoField => ({ name, key, type, omitEmpty: true })

function makeImageStruct(generation: Generation): GoStruct {
  const config = makeConfigStruct(generation)
  return struct([
    filled('id', text),
    filled('comment', text),
    field('created', { is: 'time', nullable: generation.createdNullable }),
    filled('container', text),
    field('container_config', { is: 'struct', of: config, nullable: false }, 'containerConfig'),
    filled('docker_version', text, 'dockerVersion'),
    filled('author', text),
    filled('config', { is: 'struct', of: config, nullable: true }),
    filled('architecture', text),
    ...(generation.variant ? [filled('variant', text)] : []),
    filled('os', text),
    filled('Size', int64, 'size'),
    filled('parent', text),
    filled('rootfs', { is: 'struct', of: rootfsStruct(), nullable: true }),
    filled('history', { is: 'structs', of: historyStruct(generation) }),
    filled('os.version', text, 'osVersion'),
    filled('os.features', texts, 'osFeatures'),
  ])
}

function rootfsStruct(): GoStruct {
  return struct([field('type', text), filled('diff_ids', texts, 'diffIDs')])
}

function historyStruct({ createdNullable, historyOrder }: Generation): GoStruct {
  const author = filled('author', text)
  const createdBy = filled('created_by', text, 'createdBy')
  return struct([
    (createdNullable ? filled : field)('created', { is: 'time', nullable: createdNullable }),
    ...(historyOrder === 'author' ? [author, createdBy] : [createdBy, author]),
    filled('comment', text),
    filled('empty_layer', flag, 'emptyLayer'),
  ])
}

/** api/types/container/config.go, in declaration order (spec 1.2). */
function makeConfigStruct(generation: Generation): GoStruct {
  const to28 = generation.configShape === 'to28'
  const words: GoType = to28 ? { is: 'words' } : texts
  return struct([
    field('Hostname', text),
    field('Domainname', text),
    field('User', text),
    field('AttachStdin', flag),
    field('AttachStdout', flag),
    field('AttachStderr', flag),
    filled('ExposedPorts', set),
    field('Tty', flag),
    field('OpenStdin', flag),
    field('StdinOnce', flag),
    field('Env', texts),
    field('Cmd', words),
    filled('Healthcheck', { is: 'struct', of: healthStruct(generation), nullable: true }),
    filled('ArgsEscaped', flag),
    field('Image', text),
    field('Volumes', set),
    field('WorkingDir', text),
    field('Entrypoint', words),
    filled('NetworkDisabled', flag),
    ...(to28 ? [filled('MacAddress', text)] : []),
    (to28 ? field : filled)('OnBuild', texts),
    field('Labels', { is: 'map' }),
    filled('StopSignal', text),
    filled('StopTimeout', { is: 'int64', nullable: true }),
    filled('Shell', words),
  ])
}

function healthStruct({ startPeriod, startInterval }: Generation): GoStruct {
  return struct([
    filled('Test', texts),
    filled('Interval', int64),
    filled('Timeout', int64),
    ...(startPeriod ? [filled('StartPeriod', int64)] : []),
    ...(startInterval ? [filled('StartInterval', int64)] : []),
    filled('Retries', int64),
  ])
}
