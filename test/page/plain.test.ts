import { allImages, allTags, changesBetween, childrenOf } from 'layerfold'
import { describe, expect, it } from 'vitest'
import { afterBuild } from '../../examples/browser-simulator/model/build.ts'
import { fromFragment, LONGEST_LINK, toFragment } from '../../examples/browser-simulator/model/link.ts'
import { fromJSON, fromPlain, onlyNow, toJSON, toPlain } from '../../examples/browser-simulator/model/plain.ts'
import { samples } from '../../examples/browser-simulator/model/samples.ts'
import { momentAt, type State, withDraft, withMoments } from '../../examples/browser-simulator/model/state.ts'

const all = samples.map(({ make }) => make()).reduce(withMoments)

function expectSame(a: State, b: State): void {
  expect(b.at).toBe(a.at)
  expect(b.moments.map(({ images, ...rest }) => rest)).toEqual(a.moments.map(({ images, ...rest }) => rest))
  for (const [index, { images }] of a.moments.entries()) {
    const other = b.moments[index]!.images
    expect(changesBetween(images, other)).toEqual([])
    expect(allTags(other)).toEqual(allTags(images))
    for (const id of allImages(images)) expect(childrenOf(other, id)).toEqual(childrenOf(images, id))
  }
}

describe('the state as plain data', () => {
  it('comes back whole, by clone and by JSON', () => {
    const state = afterBuild(all)
    expectSame(state, fromPlain(structuredClone(toPlain(state))))
    expectSame(state, fromPlain(fromJSON(toJSON(toPlain(state)))))
  })

  it('keeps bytes that are no text', () => {
    const { draft } = momentAt(all)
    const bytes = new Uint8Array([0xff, 0, 1])
    const state = withDraft(all, { ...draft, files: { blob: { content: bytes, mode: 0o600 } } })
    const again = fromPlain(fromJSON(toJSON(toPlain(state))))
    expect(momentAt(again).draft.files['blob']).toEqual({ content: bytes, mode: 0o600 })
  })

  it('says what is wrong with other data', () => {
    expect(() => fromJSON('{')).toThrow('This is not a file of the simulator')
    expect(() => fromPlain(fromJSON('{"a":1}'))).toThrow('This is not a file of the simulator.')
    expect(() => fromPlain({ format: 'layerfold-simulator-1', moments: [], at: '1' })).toThrow('no moment')
  })
})

describe('a link', () => {
  it.each(samples)('holds $title, and is short', async ({ make }) => {
    const state = make()
    const fragment = await toFragment(state)
    expect(fragment.length).toBeLessThan(LONGEST_LINK / 2)
    expect(fragment).toMatch(/^case=[\w-]+$/)
    expectSame(onlyNow(state), (await fromFragment(`#${fragment}`))!)
  })

  it('is none without a case, and says when a part is lost', async () => {
    expect(await fromFragment('#elsewhere')).toBeUndefined()
    const fragment = await toFragment(all)
    await expect(fromFragment(`#${fragment.slice(0, -100)}`)).rejects.toThrow('The link is not whole')
  })
})
