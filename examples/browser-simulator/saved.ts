/** The state across reloads. Small on purpose: all that the page knows of a storage is `load` and `save`. */
import { get, set } from 'idb-keyval'
import { fromPlain, type PlainState, toPlain } from './model/plain.ts'
import type { State } from './model/state.ts'

const KEY = 'layerfold-simulator'

/** What was saved last; `undefined` before the first time. Throws an Error for data that cannot be read. */
export async function load(): Promise<State | undefined> {
  const plain = await get<PlainState>(KEY)
  return plain === undefined ? undefined : fromPlain(plain)
}

export async function save(state: State): Promise<void> {
  await set(KEY, toPlain(state))
}
