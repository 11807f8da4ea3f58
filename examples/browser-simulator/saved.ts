/**
 * The state across reloads. Each moment is kept in two parts, its images as what they add to its parent's and all that was typed, and only the parts that changed
 * are written: a keystroke costs its own moment's text, however many images there are. All that the page knows of a storage is `load` and `save`.
 */
import { createStore, delMany, get, getMany, setMany, type UseStore } from 'idb-keyval'
import { fromPlain, type PlainMoment, type PlainState, plainMoment } from './model/plain.ts'
import { momentAt, type State } from './model/state.ts'

interface Head extends Omit<PlainState, 'moments'> {
  readonly ids: readonly string[]
}

/** `make` gives what is written, which depends on nothing but `madeOf`. */
type Part = readonly [key: string, make: () => unknown, madeOf: readonly unknown[]]

const HEAD = 'head'

let opened: UseStore | undefined
const database = (): UseStore => {
  opened ??= createStore('layerfold-simulator', 'state')
  return opened
}

/** What each part in the storage was made of. */
let kept: ReadonlyMap<string, readonly unknown[]> = new Map()

/** What was saved last; `undefined` before the first time. Throws an Error for data that cannot be read. */
export async function load(): Promise<State | undefined> {
  const head = await get<Head>(HEAD, database())
  if (head === undefined) return undefined
  const keys = head.ids.flatMap((id) => [`images ${id}`, `moment ${id}`])
  const parts = await getMany<object | undefined>(keys, database())
  const moments: PlainMoment[] = []
  for (const [index, id] of head.ids.entries()) {
    const [changes, rest] = [parts[2 * index], parts[2 * index + 1]]
    const { parent } = (rest ?? {}) as PlainMoment
    const isWhole = parent === undefined || moments.some((each) => each.id === parent)
    // another tab may have forgotten it
    if (changes !== undefined && rest !== undefined && isWhole) moments.push({ ...rest, changes, id } as PlainMoment)
  }
  const state = fromPlain({ format: head.format, at: head.at, moments })
  kept = new Map(partsOf(state).map(([key, , madeOf]) => [key, madeOf]))
  return state
}

export async function save(state: State): Promise<void> {
  const parts = partsOf(state)
  const before = kept
  const news = parts.filter(([key, , madeOf]) => !isSame(before.get(key), madeOf))
  const gone = [...before.keys()].filter((key) => !parts.some(([name]) => name === key))
  const head: Head = { format: 'layerfold-simulator-1', at: momentAt(state).id, ids: state.moments.map(({ id }) => id) }
  const entries = news.map(([key, make]): [string, unknown] => [key, make()])
  await setMany([[HEAD, head], ...entries], database()) // in one transaction
  kept = new Map(parts.map(([key, , madeOf]) => [key, madeOf]))
  await delMany(gone, database())
}

function partsOf(state: State): readonly Part[] {
  const images = new Map(state.moments.map((each) => [each.id, each.images]))
  return state.moments.flatMap((moment): Part[] => {
    const parent = images.get(moment.parent ?? '')
    const { images: own, ...rest } = moment
    return [
      [`images ${moment.id}`, () => plainMoment(moment, parent).changes, [own, parent]],
      [`moment ${moment.id}`, () => rest, [rest.parent, rest.label, rest.note, rest.built, rest.draft]],
    ]
  })
}

function isSame(a: readonly unknown[] | undefined, b: readonly unknown[]): boolean {
  return a?.every((each, index) => each === b[index]) ?? false
}
