import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cacheFrom, probe } from '../../src/cache/cache.ts'
import { docker1_13, docker17_03, docker26, type RuleSet } from '../../src/cache/rules.ts'
import { digestOf } from '../../src/digest/digest.ts'
import { allImages, childrenOf, findRawImage, heads, isBuiltLocally, parentOf } from '../../src/store/read.ts'
import { reopenStore } from '../../src/store/reopen.ts'
import { emptyStore, type ImageStore, withMissingLayers } from '../../src/store/store.ts'
import { createImage, markBuiltLocally, removeImage, setParent } from '../../src/store/write.ts'

/** moby's store as spec 3 is written: what is on disk, and what is in memory. Changed in place. */
interface Model {
  readonly disk: Map<string, { parent?: string; built?: boolean }>
  index: Map<string, Set<string>>
  layersMissing: boolean
  readonly rules: RuleSet
}

const LAYER = `sha256:${'1'.repeat(64)}`
const ROOT = '/r'
const CONFIG = { Cmd: ['make'] }
/** The first two have a layer, the last is never created. */
const raws = Array.from({ length: 12 }, (_, n) => {
  const rootfs = { type: 'layers', diff_ids: n < 2 ? [LAYER] : [] }
  const image = { os: 'linux', architecture: 'amd64', created: `2020-01-01T00:00:0${n % 3}Z`, container_config: CONFIG }
  return new TextEncoder().encode(JSON.stringify({ ...image, rootfs, comment: `${n}` }))
})
const ids = raws.map((raw) => digestOf<'image'>(raw))

const noContent = ({ rules }: Model, id: string): string =>
  `${rules === docker1_13 ? '' : `failed to get digest ${id}: `}open ${ROOT}/content/sha256/${id.slice(7)}: no such file or directory`
const noLayer = ({ rules }: Model): string =>
  `${rules === docker1_13 ? '' : `failed to get layer ${LAYER}: `}layer does not exist`

type Op = readonly [name: 'create' | 'link' | 'remove' | 'mark' | 'reopen' | 'missing', i: number, j: number]

function runModel(model: Model, [name, i, j]: Op): string {
  const { disk, index } = model
  const [id, parent] = [ids[i]!, ids[j]!]
  switch (name) {
    case 'create': {
      if (!disk.has(id)) disk.set(id, {})
      if (index.has(id)) return 'existing'
      if (i < 2 && model.layersMissing) return noLayer(model)
      index.set(id, new Set())
      return 'created'
    }
    case 'link': {
      if (!index.has(parent)) return `unknown parent image ID ${parent}`
      index.get(disk.get(id)?.parent ?? '')?.delete(id)
      index.get(parent)!.add(id)
      if (!disk.has(id)) return noContent(model, id)
      disk.get(id)!.parent = parent
      return 'set'
    }
    case 'remove': {
      if (!index.has(id)) return `unrecognized image ID ${id}`
      for (const child of index.get(id)!) delete disk.get(child)?.parent
      index.get(disk.get(id)!.parent ?? '')?.delete(id)
      index.delete(id)
      disk.delete(id)
      return 'removed'
    }
    case 'mark':
      if (!disk.has(id)) return noContent(model, id)
      disk.get(id)!.built = true
      return 'set'
    case 'missing':
      model.layersMissing = i % 2 === 0
      return ''
    case 'reopen': {
      const stays = [...disk.keys()].filter((each) => !(model.layersMissing && ids.indexOf(each as never) < 2))
      if (model.rules === docker1_13 && stays.length < disk.size) return noLayer(model)
      model.index = new Map(stays.map((each) => [each, new Set()]))
      for (const each of stays) model.index.get(disk.get(each)!.parent ?? '')?.add(each)
      return 'reopened'
    }
  }
}

function run(store: ImageStore, [name, i, j]: Op): [ImageStore, string] {
  if (name === 'missing') return [withMissingLayers(store, i % 2 === 0 ? [LAYER] : []), '']
  const [next, result] =
    name === 'create'
      ? createImage(store, raws[i]!)
      : name === 'link'
        ? setParent(store, ids[i]!, ids[j]!)
        : name === 'remove'
          ? removeImage(store, ids[i]!)
          : name === 'mark'
            ? markBuiltLocally(store, ids[i]!)
            : reopenStore(store)
  return [next, result.outcome === 'error' ? result.text : result.outcome]
}

/** What a probe on each parent finds, by a scan. */
function scan({ disk, index, rules }: Model, parent: string | undefined): string {
  const all =
    parent === undefined ? [...index.keys()].filter((id) => !disk.get(id)!.parent) : [...(index.get(parent) ?? [])]
  const broken = all.filter((id) => !disk.has(id)).sort()[0]
  if (broken !== undefined) return `unable to find image "${broken}"`
  const built = all.filter((id) => !rules.cache.builtLocally || disk.get(id)!.built)
  const second = (id: string) => ids.indexOf(id as never) % 3
  return built.sort((a, b) => second(b) - second(a) || (a < b ? -1 : 1))[0] ?? 'miss'
}

function found(store: ImageStore, rules: RuleSet, parent: string | undefined): string {
  const step = { config: CONFIG, platform: { os: 'linux', architecture: 'amd64' } }
  const [, result] = probe(cacheFrom(store, [], rules)[0], parent, step)
  return result.outcome === 'hit' ? result.image : result.outcome === 'error' ? result.text : 'miss'
}

const op: fc.Arbitrary<Op> = fc.tuple(
  fc.constantFrom('create', 'create', 'create', 'link', 'link', 'link', 'remove', 'mark', 'reopen', 'missing'),
  fc.nat(raws.length - 1),
  fc.constantFrom(0, 1, 2, 2, 3, 3, 4),
)

it.each([docker1_13, docker17_03, docker26])('any sequence of operations does what spec 3 says: $name', (rules) => {
  const check = (ops: readonly Op[]) => {
    const model: Model = { disk: new Map(), index: new Map(), layersMissing: false, rules }
    let store = emptyStore({ generation: rules.shape, root: ROOT })
    for (const each of ops) {
      const expected = runModel(model, each)
      const [next, said] = run(store, each)
      expect([each, said]).toEqual([each, expected])
      store = next
      const { disk, index } = model
      expect(allImages(store)).toEqual([...index.keys()].sort())
      expect(heads(store)).toEqual([...index.keys()].filter((id) => index.get(id)!.size === 0).sort())
      expect(store.size).toBe(index.size)
      for (const id of ids) {
        const known = disk.get(id)
        const facts = [
          parentOf(store, id),
          isBuiltLocally(store, id),
          childrenOf(store, id),
          findRawImage(store, id) !== undefined,
        ]
        expect(facts).toEqual([
          known?.parent,
          known?.built ?? false,
          [...(index.get(id) ?? [])].sort(),
          known !== undefined,
        ])
      }
      for (const id of [undefined, ...ids]) expect(found(store, rules, id)).toBe(scan(model, id))
    }
  }
  fc.assert(fc.property(fc.array(op, { minLength: 5, maxLength: 40 }), check), { numRuns: 60 })
})
