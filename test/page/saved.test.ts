import 'fake-indexeddb/auto'
import { createStore, get, keys, set } from 'idb-keyval'
import { beforeEach, expect, it } from 'vitest'
import { afterBuild } from '../../examples/browser-simulator/model/build.ts'
import { toPlain } from '../../examples/browser-simulator/model/plain.ts'
import { samples } from '../../examples/browser-simulator/model/samples.ts'
import {
  momentAt,
  type State,
  withDraft,
  withMoments,
  withoutMoment,
} from '../../examples/browser-simulator/model/state.ts'
import { load, save } from '../../examples/browser-simulator/saved.ts'

const database = createStore('layerfold-simulator', 'state')
let start: State

beforeEach(async () => {
  start = samples[0]!.make()
  await save(start)
})

it('gives back what was saved', async () => {
  const forked = afterBuild(withMoments(start, samples[1]!.make()))
  await save(forked)
  expect(toPlain((await load())!)).toEqual(toPlain(forked))
})

it('writes only what changed', async () => {
  await set('images 2', 'as it was', database)
  await set('moment 1', 'as it was', database)
  const typed = withDraft(start, { ...momentAt(start).draft, dockerfile: 'FROM scratch\n' })
  await save(typed)
  expect(await get('images 2', database)).toBe('as it was')
  expect(await get('moment 1', database)).toBe('as it was')
  expect(await get('moment 2', database)).toMatchObject({ draft: { dockerfile: 'FROM scratch\n' } })
})

it('forgets what is gone', async () => {
  await save(withoutMoment(start))
  expect((await keys(database)).sort()).toEqual(['head', 'images 1', 'moment 1'])
})

it('passes over a moment that another tab has forgotten', async () => {
  await set('images 2', undefined, database)
  const found = (await load())!
  expect(found.moments.map(({ id }) => id)).toEqual(['1'])
  expect(momentAt(found).id).toBe('1')
})
