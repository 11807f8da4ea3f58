export { buildBuildkit, pruneBuildkit } from './build.ts'
export type { HashedTree } from './content.ts'
export type { ContentOf, StoredFile, StoredTree } from './context.ts'
export { buildkit, buildkit0_11 } from './engines.ts'
export { inlineRecords } from './export.ts'
export { type CacheRecord, readCacheConfig, readInlineCache } from './inline.ts'
export { emptyKeys, type KeyStore } from './keys.ts'
export type { ExecOperation, FileAction, FileOperation, Mount, Operation } from './operation.ts'
export { operationDigest, recordDigest } from './operation-digest.ts'
export {
  type BuildkitReason,
  buildkitReason,
  type ContextDifference,
  compareOperations,
  type OperationDifference,
} from './reasons.ts'
export type {
  BuildkitBuilder,
  BuildkitRequest,
  BuildkitState,
  OperationRun,
  OperationToRun,
  StateWithKeys,
} from './request.ts'
export { readBuildkit, type SavedBuildkit, saveBuildkit } from './saved.ts'
