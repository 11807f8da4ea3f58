import { isRecord } from '../dockerfile/context-value.ts'
import { trieEntries, trieSetAll } from '../persistent/trie.ts'
import { type StoredFile, type StoredTree, storedFiles } from './context.ts'
import { malformed } from './inline.ts'
import { emptyKeys, type KeyID, type KnownOperation, type Result } from './keys.ts'
import { operationDigest, recordDigest } from './operation-digest.ts'
import type { BuildkitState } from './request.ts'

/** What a BuildKit daemon has besides images, as plain data for JSON. Files that results hold are left out: whoever reads it does not know them. */
export interface SavedBuildkit {
  readonly format: 1
  readonly made: number
  readonly links: Entries<readonly KeyID[]>
  readonly results: Entries<readonly Omit<Result, 'files'>[]>
  readonly operations: Entries<KnownOperation>
  readonly contexts: Entries<Entries<StoredFile>>
  readonly built: readonly number[]
}

type Entries<T> = readonly (readonly [name: string, value: T])[]

/** The state as data, for `JSON.stringify` and `readBuildkit`. */
export function saveBuildkit({ keys, contexts, built }: BuildkitState): SavedBuildkit {
  const { links, results, operations, made } = keys
  return {
    format: 1,
    made,
    links: [...trieEntries(links)],
    results: Array.from(trieEntries(results), ([key, each]) => [key, each.map(withoutFiles)]),
    operations: [...trieEntries(operations)],
    contexts: Object.entries(contexts).map(([directory, { files }]) => [directory, Object.entries(files)]),
    built,
  }
}

function withoutFiles({ number, base }: Result): Omit<Result, 'files'> {
  return { number, base }
}

/** The state that `saveBuildkit` made data of, read as JSON from outside. Throws `cache-malformed`; an operation must be the one that its name is the digest of. */
export function readBuildkit(saved: unknown): BuildkitState {
  if (!isRecord<keyof SavedBuildkit>(saved) || saved.format !== 1) throw malformed('it is no state of format 1')
  const { made, links, results, operations, contexts, built } = saved
  if (!isNumber(made) || !isListOf(built, isNumber)) throw malformed('its results are not numbered')
  if (!isEntries(links, isKeys)) throw malformed('a link leads to no key')
  if (!isEntries(results, isResults)) throw malformed('a result has no number')
  if (!isEntries(operations, isOperation) || !operations.every(isItsDigest))
    throw malformed('an operation is not its own')
  if (!isEntries(contexts, isFiles)) throw malformed('a context holds what is no file')
  return {
    keys: {
      links: trieSetAll(emptyKeys.links, links),
      results: trieSetAll(emptyKeys.results, results),
      operations: trieSetAll(emptyKeys.operations, operations),
      made,
    },
    contexts: Object.fromEntries(
      contexts.map(([directory, files]): [string, StoredTree] => [directory, { files: storedFiles(files) }]),
    ),
    built,
  }
}

type Is<T> = (value: unknown) => value is T

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value)

function isListOf<T>(value: unknown, is: Is<T>): value is readonly T[] {
  return Array.isArray(value) && value.every(is)
}

function isEntries<T>(value: unknown, is: Is<T>): value is Entries<T> {
  return Array.isArray(value) && value.every((each) => Array.isArray(each) && isText(each[0]) && is(each[1]))
}

const isKeys = (value: unknown): value is readonly KeyID[] => isListOf(value, isText)
const isResults = (value: unknown): value is readonly Result[] => isListOf(value, isResult)

function isResult(value: unknown): value is Result {
  if (!isRecord<keyof Result>(value) || value.files !== undefined) return false
  return isNumber(value.number) && (value.base === undefined || isNumber(value.base))
}

function isOperation(value: unknown): value is KnownOperation {
  return isRecord<keyof KnownOperation>(value) && isText(value.text) && isRecord(value.operation)
}

/** What an operation lacks, or has besides, shows in its digest. */
function isItsDigest([record, { operation }]: readonly [string, KnownOperation]): boolean {
  if (operation.kind === 'context') return false
  try {
    return recordDigest(operationDigest(operation), 0) === record
  } catch (cause) {
    throw malformed('an operation is not its own', cause)
  }
}

const isFiles = (value: unknown): value is Entries<StoredFile> => isEntries(value, isFile)

function isFile(value: unknown): value is StoredFile {
  if (!isRecord<keyof StoredFile>(value) || !isText(value.type)) return false
  return [value.stat, value.link, value.digest].every((each) => each === undefined || isText(each))
}
