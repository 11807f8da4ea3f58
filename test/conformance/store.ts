import { digestOf } from '../../src/digest/digest.ts'
import { LayerfoldError } from '../../src/errors.ts'
import { encodeImage } from '../../src/image/codec.ts'
import { chainID, type DiffID } from '../../src/image/rootfs.ts'
import { noContent, nodeOf } from '../../src/store/ids.ts'
import {
  allImages,
  childrenOf,
  getImage,
  getParent,
  heads,
  isBuiltLocally,
  parentOf,
  searchImages,
} from '../../src/store/read.ts'
import { reopenStore } from '../../src/store/reopen.ts'
import { emptyStore, type ImageStore, withMissingLayers } from '../../src/store/store.ts'
import { createImage, markBuiltLocally, removeImage, setParent } from '../../src/store/write.ts'
import { generationOf } from './generations.ts'
import { differences, fromBase64, type Replay, type Verdict } from './vector.ts'

interface Op {
  readonly op: string
  readonly raw_b64?: string
  readonly id?: string
  readonly parent?: string
  readonly term?: string
  readonly chains?: readonly string[]
  readonly res: Answer
}

type Answer = Readonly<Record<string, unknown>>
type Step = [next: ImageStore, answer: Answer]

/** store: one store, operations in order, each with its answer. A case passes when every answer is the same. */
export const replayStore: Replay = ({ json }) => {
  const empty = emptyStore({ generation: generationOf(json['column']), root: '$ROOT' })
  return (json['cases'] as { name: string; ops: Op[] }[]).map(({ name, ops }) => replayOps(name, ops, empty))
}

function replayOps(name: string, ops: readonly Op[], store: ImageStore): Verdict {
  for (const [index, op] of ops.entries()) {
    const [next, answer] = run(store, op)
    const found = differences(comparable(op.res), comparable(answer))
    if (found.length > 0) return { name: `${name}, operation ${index} (${op.op})`, differences: found }
    store = next
  }
  return { name, differences: [] }
}

/** FORMAT: texts of encoding/json and time differ between Go releases, and so do runtime errors: there the kind is what counts. */
function comparable(answer: Answer): Answer {
  const { error, panic, ...rest } = answer
  const exempt = ['json_syntax', 'json_type', 'time_parse'].includes(String(rest['error_kind']))
  const shown = typeof panic === 'string' && panic.startsWith('panic: runtime error') ? 'panic: runtime error' : panic
  return sortKeys({
    ...rest,
    ...(error !== undefined && !exempt && { error }),
    ...(shown !== undefined && { panic: shown }),
  })
}

function sortKeys(answer: Answer): Answer {
  return Object.fromEntries(Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const names = (layers: readonly DiffID[]): string[] => [chainID({ diffIDs: layers })].flatMap((chain) => chain ?? [])

function calls(kind: 'get' | 'release', chains: readonly string[]): Answer {
  return chains.length === 0 ? {} : { layer_calls: chains.map((chain) => `${kind} ${chain}`) }
}

function failed(kind: string, text: string): Answer {
  return kind === 'panic' ? { panic: text } : { error: text, error_kind: kind.replaceAll('-', '_') }
}

function run(store: ImageStore, op: Op): Step {
  const id = op.id ?? ''
  switch (op.op) {
    case 'create': {
      const [next, made] = createImage(store, fromBase64(op.raw_b64 ?? ''))
      const asked = calls('get', names(made.layers))
      return [
        next,
        made.outcome === 'error' ? { ...failed(made.code, made.text), ...asked } : { id: made.id, ...asked },
      ]
    }
    case 'get':
      return [store, orFailure(() => get(store, id))]
    case 'delete': {
      const [next, removed] = removeImage(store, id)
      if (removed.outcome === 'error') return [next, failed(removed.code, removed.text)]
      const released = removed.released === undefined ? [] : [removed.released]
      return [next, { ok: true, ...(released.length > 0 && { released }), ...calls('release', released) }]
    }
    case 'set_parent':
      return settled(setParent(store, id, op.parent ?? ''))
    case 'set_built_locally':
      return settled(markBuiltLocally(store, id))
    case 'get_parent':
      return [store, orFailure(() => ({ parent: getParent(store, id) }))]
    case 'reopen': {
      const [next, reopened] = reopenStore(store)
      const asked = calls('get', reopened.layers.flatMap(names))
      return [
        next,
        reopened.outcome === 'error' ? { ...failed(reopened.code, reopened.text), ...asked } : { ok: true, ...asked },
      ]
    }
    default:
      return read(store, op)
  }
}

function read(store: ImageStore, op: Op): Step {
  const id = op.id ?? ''
  switch (op.op) {
    case 'children':
      return [store, list(childrenOf(store, id))]
    case 'heads':
      return [store, list(heads(store))]
    case 'map':
      return [store, list(allImages(store))]
    case 'len':
      return [store, store.size === 0 ? {} : { len: store.size }]
    case 'search': {
      const found = searchImages(store, op.term ?? '')
      return [store, found.outcome === 'error' ? failed(found.code, found.text) : { id: found.id }]
    }
    case 'is_built_locally': {
      // An id without content is not built locally; only one that is no digest at all makes Go crash.
      const error = nodeOf(store, id) === undefined ? noContent(store, id) : undefined
      if (error?.kind === 'panic') return [store, failed('panic', error.message)]
      return [store, { bool: isBuiltLocally(store, id) }]
    }
    case 'set_missing_layers':
      return [withMissingLayers(store, op.chains ?? []), { ok: true }]
    default:
      throw new Error(`unknown operation ${op.op}`)
  }
}

function get(store: ImageStore, id: string): Answer {
  const parent = parentOf(store, id) ?? ''
  const marshalled = encodeImage({ ...getImage(store, id), parent }, store.daemon.generation, 'sorted')
  return { id, marshal_id: digestOf(marshalled), parent }
}

function list(ids: readonly string[]): Answer {
  return { ids: [...ids].sort() }
}

function settled([next, result]: [ImageStore, ReturnType<typeof setParent>[1]]): Step {
  return [next, result.outcome === 'error' ? failed(result.code, result.text) : { ok: true }]
}

function orFailure(run: () => Answer): Answer {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof LayerfoldError) || error.code !== 'image-unreadable') throw error
    const { kind, text } = error.details as { kind: string; text: string }
    return failed(kind, text)
  }
}
