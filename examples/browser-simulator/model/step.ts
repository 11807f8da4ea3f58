/** What the page shows of one step: the config that the cache is asked by, and the images that could have been the answer. */
import {
  type Config,
  cacheFrom,
  type FieldDifference,
  findImage,
  hasImage,
  type ImageID,
  type ImageStore,
  reasonsFor,
  type SiblingRefusal,
  type SourceRefusal,
  shortID,
} from 'layerfold'
import { engines, isClassicName, type PredictedStep, type PredictionRequest } from 'layerfold/predict'

export interface ConfigRow {
  readonly field: string
  readonly value: string
  /** Of the nearest candidate, where it differs. */
  readonly stored?: string | undefined
}

/** The fields that say something, and those that kept the nearest candidate apart. */
export function configRows(config: Config, differences: readonly FieldDifference[] = []): readonly ConfigRow[] {
  const differing = new Map(differences.map(({ field, stored }) => [field as string, stored]))
  const rows = Object.entries(config).flatMap(([field, value]) => {
    if (isNothing(value) && !differing.has(field)) return []
    return [{ field, value: show(value), ...(differing.has(field) && { stored: show(differing.get(field)) }) }]
  })
  const absent = [...differing].filter(([field]) => !Object.hasOwn(config, field))
  return [...rows, ...absent.map(([field, stored]) => ({ field, value: show(undefined), stored: show(stored) }))]
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

export function show(value: unknown): string {
  if (isNothing(value)) return '(none)'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((each) => (typeof each === 'string' ? each : show(each))).join('\n')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value as object)
    .map(([key, each]) => (isNothing(each) ? key : `${key}=${typeof each === 'object' ? JSON.stringify(each) : each}`))
    .join('\n')
}

export interface Candidate {
  readonly image: ImageID
  readonly from: 'local' | 'source'
  /** The image that the step hit. */
  readonly isAnswer: boolean
  readonly madeBy: string
  readonly why: string
  readonly differences: readonly FieldDifference[]
}

export interface Candidates {
  readonly list: readonly Candidate[]
  readonly more: number
}

/** Local images with the same parent, and the `--cache-from` images, each with what refused it. `made`: what this build would make itself. */
export function candidatesOf(
  { before, after }: { readonly before: ImageStore; readonly after: ImageStore },
  request: PredictionRequest,
  step: PredictedStep,
): Candidates {
  const { engine } = request
  if (typeof engine !== 'string' || !isClassicName(engine)) return { list: [], more: 0 }
  if (step.config === undefined || step.status === 'error') return { list: [], more: 0 }
  const { rules } = engines[engine]
  const known = step.parent === undefined || hasImage(before, step.parent)
  const store = known ? before : after
  const [cache] = cacheFrom(store, request.cacheFrom ?? [], rules)
  const host = request.host ?? { os: 'linux', architecture: 'amd64' }
  const reasons = reasonsFor(cache, step.parent, { config: step.config, platform: host }, { limit: LIMIT })
  const siblings = reasons.siblings
    .filter(({ image }) => hasImage(before, image))
    .map(({ image, refused }) => {
      const isAnswer = step.status === 'hit' && image === step.image
      const differences = refused.rule === 'config' ? refused.differences : []
      return {
        image,
        from: 'local' as const,
        isAnswer,
        madeBy: madeBy(store, image),
        why: isAnswer ? 'the answer' : siblingWords(refused),
        differences,
      }
    })
  const sources = (reasons.sources ?? []).map(({ image, refused }) => ({
    image,
    from: 'source' as const,
    isAnswer: false,
    madeBy: madeBy(store, image),
    why: sourceWords(refused),
    differences: [],
  }))
  return { list: [...siblings, ...sources], more: reasons.moreSiblings + reasons.moreSources }
}

const LIMIT = 12

export function madeBy(store: ImageStore, id: string): string {
  const image = findImage(store, id)
  return textOf(image?.history?.at(-1)?.createdBy ?? image?.containerConfig.Cmd?.join(' ') ?? '') || shortID(id)
}

/** A history's text as people would write it. */
export function textOf(createdBy: string): string {
  const comment = /^\/bin\/sh -c #\(nop\) +(.*)$/s.exec(createdBy)
  if (comment !== null) return comment[1]!.replace(/\b(file|dir|multi):([a-f0-9]{8})[a-f0-9]{56}/, '$1:$2…').trim()
  return createdBy.replace(/^(?:\|\d+ .*? )?\/bin\/sh -c /s, 'RUN ').trim()
}

function siblingWords(refused: SiblingRefusal): string {
  switch (refused.rule) {
    case 'config':
      return `differs in ${refused.differences.map(({ field }) => (field === 'Cmd' ? 'the step' : field)).join(', ')}`
    case 'platform':
      return 'is for another platform'
    case 'no-platform':
      return 'says no platform'
    case 'no-created':
      return 'has no creation time'
    case 'not-built-locally':
      return 'does not say that it was built here'
    case 'not-above-a-source':
      return 'matches, but is no ancestor of a --cache-from image'
    case 'older':
      return 'matches, but a newer one does too'
  }
}

function sourceWords(refused: SourceRefusal): string {
  switch (refused.rule) {
    case 'no-history':
      return 'has no history'
    case 'history-too-short':
      return 'has no step after this point'
    case 'created-by':
      return `its next step is ${textOf(refused.source)}`
    case 'history':
      return `another history from entry ${refused.index + 1} on`
    default:
      return 'stands on other layers'
  }
}
