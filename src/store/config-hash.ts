import type { GoMap } from '../go/struct.ts'
import type { Config } from '../image/config.ts'

/**
 * 30-bit hashes of the fields that every generation compares (spec 6.1): equal configs have equal hashes, so it is a filter before the exact comparison and never
 * an answer. 30 bits stay a small integer in every engine.
 *
 * A stored image with an empty label value equals steps that lack the label (spec 6.3), so its labels are hashed by their number alone, and a step
 * with labels looks under both of its hashes.
 */
export interface StepHashes {
  readonly exact: number
  /** `undefined` when the step has no labels: then no image with labels can be equal to it. */
  readonly loose: number | undefined
}

export function hashStored(config: Config): number {
  const labels = config.Labels
  return mix(hashRest(config), labels !== undefined && hasEmptyValue(labels) ? looseLabels(labels) : hashMap(labels))
}

export function hashStep(config: Config): StepHashes {
  const rest = hashRest(config)
  const labels = config.Labels
  const loose = labels === undefined || isEmpty(labels) ? undefined : mix(rest, looseLabels(labels))
  return { exact: mix(rest, hashMap(labels)), loose }
}

function hashRest(config: Config): number {
  let hash = hashWords(0, config.Cmd)
  hash = hashWords(hash, config.Env)
  hash = hashWords(hash, config.Entrypoint)
  hash = Math.imul(hash ^ hashKeys(config.ExposedPorts), PRIME)
  hash = Math.imul(hash ^ hashKeys(config.Volumes), PRIME)
  const user = config.User
  if (user !== undefined && user !== '') hash = hashText(hash, user)
  const flags = (config.Tty ? 1 : 0) | (config.AttachStdout ? 2 : 0) | (config.AttachStderr ? 4 : 0)
  return hash ^ flags
}

const PRIME = 0x9e3779b1 | 0

function hashWords(hash: number, words: readonly string[] | undefined): number {
  if (words === undefined) return Math.imul(hash, PRIME)
  for (let i = 0; i < words.length; i++) hash = hashText(hash, words[i]!)
  return Math.imul(hash ^ words.length, PRIME)
}

/** Four characters a multiplication. */
function hashText(hash: number, text: string): number {
  const length = text.length
  hash = Math.imul(hash ^ length, PRIME)
  let i = 0
  for (; i + 3 < length; i += 4) {
    const four =
      text.charCodeAt(i) |
      (text.charCodeAt(i + 1) << 8) |
      (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24)
    hash = Math.imul(hash ^ four, PRIME)
    hash ^= hash >>> 15
  }
  for (; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME)
  return hash ^ (hash >>> 13)
}

/** The order of members does not count, so their hashes are added. */
function hashMap(map: GoMap<string> | undefined): number {
  let sum = 0
  let count = 0
  for (const key in map) {
    sum = (sum + hashText(hashText(1, key), map[key]!)) | 0
    count++
  }
  return sum ^ count
}

function hashKeys(map: GoMap<object> | undefined): number {
  let sum = 0
  for (const key in map) sum = (sum + hashText(1, key)) | 0
  return sum
}

function looseLabels(labels: GoMap<string>): number {
  return 0x10000 + Object.keys(labels).length
}

function hasEmptyValue(labels: GoMap<string>): boolean {
  for (const name in labels) if (labels[name] === '') return true
  return false
}

function isEmpty(labels: GoMap<string>): boolean {
  for (const _ in labels) return false
  return true
}

function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ Math.imul(b, PRIME), 0x85ebca6b)
  hash ^= hash >>> 13
  return hash & 0x3fffffff
}
