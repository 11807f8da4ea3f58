import { docker1_13, docker26, type RuleSet } from '../../src/cache/rules.ts'
import { digestOf } from '../../src/digest/digest.ts'
import { decodeImage, encodeImage } from '../../src/image/codec.ts'
import type { Config } from '../../src/image/config.ts'
import type { Image } from '../../src/image/image.ts'
import { chainID } from '../../src/image/rootfs.ts'

/** The classic cache as spec 7 is written: one mutable world, scanned image by image. What the real one must agree with. */
export interface Model {
  readonly rules: RuleSet
  readonly images: Map<string, Known>
  /** Layer stacks that do not exist. */
  readonly missing: readonly string[]
  sources: readonly string[] | undefined
}

interface Known {
  readonly image: Image
  readonly children: Set<string>
  parent?: string | undefined
  built?: boolean
}

export const ROOT = '/r'

/** Spec 6, for the fields that these worlds use. */
function compare(full: boolean, a: Config, b: Config): boolean {
  const list = (words: readonly string[] | undefined) => JSON.stringify(words ?? [])
  const [labels, wanted] = [a.Labels ?? {}, b.Labels ?? {}]
  const names = Object.keys(labels)
  const legacy =
    list(a.Cmd) === list(b.Cmd) &&
    list(a.Env) === list(b.Env) &&
    (a.User ?? '') === (b.User ?? '') &&
    names.length === Object.keys(wanted).length &&
    names.every((name) => labels[name] === (wanted[name] ?? ''))
  if (!full) return legacy && !a.OpenStdin && !b.OpenStdin
  const rest = (config: Config) => [!!config.OpenStdin, config.WorkingDir ?? '', config.StopTimeout ?? null]
  const health = ({ Healthcheck: h }: Config) => (h === undefined ? null : (h.Interval ?? 0))
  return legacy && JSON.stringify([rest(a), health(a)]) === JSON.stringify([rest(b), health(b)])
}

const instant = ({ created }: Image): number => created?.seconds ?? Number.NEGATIVE_INFINITY

/** Spec 7.1, 7.2 and 7.4: the id, nothing, or what failed. The builder is linux/amd64. */
function localMatch({ rules, images }: Model, parent: string | undefined, config: Config): string | undefined | Error {
  const orphans = [...images].filter(([, known]) => known.parent === undefined).map(([id]) => id)
  const candidates = parent === undefined ? orphans : [...(images.get(parent)?.children ?? [])]
  let best: string | undefined
  for (const id of candidates.sort()) {
    const known = images.get(id)
    if (known === undefined) return new Error(`unable to find image "${id}"`)
    const { image, built } = known
    if (
      rules.cache.builtLocally &&
      !(built && ['linux/amd64', 'linux/386'].includes(`${image.os}/${image.architecture}`))
    )
      continue
    if (!compare(rules.cache.compared === 'full', image.containerConfig, config)) continue
    if (rules.shape.createdNullable && image.created === undefined) continue
    if (best === undefined || instant(images.get(best)!.image) < instant(image)) best = id
  }
  return best
}

function isAncestor({ images }: Model, id: string, of: string): boolean {
  const seen = new Set<string>()
  for (let at = images.get(of)?.parent; at !== undefined && !seen.has(at); at = images.get(at)?.parent) {
    if (at === id) return true
    seen.add(at)
  }
  return false
}

/** Spec 7.6. */
function isValidParent({ rules }: Model, target: Image, parent: Image | undefined): boolean {
  const [steps, before] = [target.history ?? [], parent?.history ?? []]
  const [layers, below] = [target.rootfs?.diffIDs ?? [], parent?.rootfs?.diffIDs ?? []]
  if (steps.length === 0) return false
  if (before.length === 0 && below.length === 0) return true
  if (before.length >= steps.length) return false
  if (rules === docker1_13 ? below.length >= layers.length : below.length > layers.length) return false
  return (
    before.every((entry, i) => JSON.stringify(entry) === JSON.stringify(steps[i])) &&
    below.every((layer, i) => layer === layers[i])
  )
}

export function link({ images }: Model, id: string, parent: string): void {
  const known = images.get(id)!
  if (known.parent !== undefined) images.get(known.parent)!.children.delete(id)
  known.parent = parent
  images.get(parent)!.children.add(id)
}

/** Spec 7.7 and 7.8. */
function restore(model: Model, parent: string | undefined, target: Image, config: Config): string | Error {
  const { rules, images, missing } = model
  const above = parent === undefined ? undefined : images.get(parent)!.image
  const history = [...(above?.history ?? []), target.history![above?.history?.length ?? 0]!]
  const entry = history.at(-1)!
  const earlier = target.history!.slice(0, history.length - 1).filter((each) => !each.emptyLayer).length
  const layer = entry.emptyLayer ? [] : [target.rootfs!.diffIDs![earlier]!]
  const rootfs = { type: above?.rootfs?.type ?? 'layers', diffIDs: [...(above?.rootfs?.diffIDs ?? []), ...layer] }
  const { author, architecture, os, osVersion, osFeatures } = target
  const none = { id: '', comment: '', container: '', containerConfig: {}, size: 0, parent: '', variant: '' }
  const made = { ...none, created: entry.created, dockerVersion: rules.shape.dockerVersion ?? '', author, config }
  const image: Image = { ...made, architecture, os, rootfs, history, osVersion, osFeatures }
  const raw = encodeImage(image, rules.shape, rules === docker26 ? 'declared' : 'sorted')
  const chain = chainID(rootfs)
  if (chain !== undefined && missing.includes(chain) && !images.has(digestOf(raw))) {
    const cause = `${rules === docker1_13 ? '' : `failed to get layer ${chain}: `}layer does not exist`
    return new Error(`failed to create cache image: ${cause}`)
  }
  const id = digestOf(raw)
  if (!images.has(id)) images.set(id, { image: decodeImage(raw, rules.shape), children: new Set() })
  if (parent !== undefined) link(model, id, parent)
  return id
}

/** Spec 7.5: `miss`, `error` and its text, or how it hit and which image. */
export function getCache(model: Model, parent: string | undefined, config: Config): string {
  const local = localMatch(model, parent, config)
  if (local instanceof Error) return `error ${local.message}`
  if (model.sources === undefined) return local === undefined ? 'miss' : `parent-chain ${local}`
  if (local !== undefined && model.sources.some((source) => isAncestor(model, local, source)))
    return `parent-chain ${local}`
  const above = parent === undefined ? undefined : model.images.get(parent)?.image
  if (parent !== undefined && above === undefined) {
    const cause = `open ${ROOT}/content/sha256/${parent.slice(7)}: no such file or directory`
    const wrapped = model.rules === docker1_13 ? cause : `failed to get digest ${parent}: ${cause}`
    return `error unable to find image ${parent}: ${wrapped}`
  }
  const at = above?.history?.length ?? 0
  for (const id of model.sources) {
    const target = model.images.get(id)!.image
    if (!isValidParent(model, target, above) || (config.Cmd ?? []).join(' ') !== target.history![at]!.createdBy)
      continue
    if (at === target.history!.length - 1) {
      if (parent !== undefined) link(model, id, parent)
      return `source ${id}`
    }
    const restored = restore(model, parent, target, config)
    if (restored instanceof Error)
      return `error failed to restore cached image from "${parent ?? ''}" to ${id}: ${restored.message}`
    model.sources = [id]
    return `restored ${restored}`
  }
  return 'miss'
}
