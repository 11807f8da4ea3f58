import { sameHistory } from '../image/history.ts'
import type { Image } from '../image/image.ts'
import type { CacheRules } from './rules.ts'

/** Why a source cannot continue a parent: the first rule that says no, with the two sides. */
export type SourceRefusal =
  | { readonly rule: 'no-history' }
  | { readonly rule: 'history-too-short'; readonly source: number; readonly parent: number }
  | { readonly rule: 'layers'; readonly source: number; readonly parent: number }
  | { readonly rule: 'history'; readonly index: number; readonly source: unknown; readonly parent: unknown }
  | { readonly rule: 'layer'; readonly index: number; readonly source: string | undefined; readonly parent: string }
  | { readonly rule: 'created-by'; readonly source: string; readonly step: string }

/** moby's isValidParent (spec 7.6): whether the source begins with just what the parent is. */
export function isValidParent(rules: CacheRules, source: Image, parent: Image | undefined): boolean {
  return parentRefusal(rules, source, parent) === undefined
}

/** isValidParent, and the source's next step was made by `createdBy` (moby's isValidConfig). */
export function continues(rules: CacheRules, source: Image, parent: Image | undefined, createdBy: string): boolean {
  return isValidParent(rules, source, parent) && source.history![parent?.history?.length ?? 0]!.createdBy === createdBy
}

/** The reason why the source does not continue the parent with that step; `undefined` when it does. */
export function sourceRefusal(
  rules: CacheRules,
  source: Image,
  parent: Image | undefined,
  createdBy: string,
): SourceRefusal | undefined {
  const refusal = parentRefusal(rules, source, parent)
  if (refusal !== undefined) return refusal
  const next = source.history![parent?.history?.length ?? 0]!.createdBy
  return next === createdBy ? undefined : { rule: 'created-by', source: next, step: createdBy }
}

function parentRefusal(rules: CacheRules, source: Image, parent: Image | undefined): SourceRefusal | undefined {
  const steps = source.history ?? []
  const before = parent?.history ?? []
  const layers = source.rootfs?.diffIDs ?? []
  const below = parent?.rootfs?.diffIDs ?? []
  if (steps.length === 0) return { rule: 'no-history' }
  if (before.length === 0 && below.length === 0) return undefined
  if (before.length >= steps.length) return { rule: 'history-too-short', source: steps.length, parent: before.length }
  const tooMany = rules.parentLayers === 'fewer' ? below.length >= layers.length : below.length > layers.length
  if (tooMany) return { rule: 'layers', source: layers.length, parent: below.length }
  const index = before.findIndex((entry, at) => !sameHistory(entry, steps[at]!))
  if (index >= 0) return { rule: 'history', index, source: steps[index], parent: before[index] }
  const layer = below.findIndex((diffID, at) => diffID !== layers[at])
  return layer < 0 ? undefined : { rule: 'layer', index: layer, source: layers[layer], parent: below[layer]! }
}
