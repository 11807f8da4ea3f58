export {
  type BuildCache,
  cacheFrom,
  type ProbeResult,
  probe,
  restartCache,
  type Step,
  type UnknownReference,
  withStore,
} from './cache/cache.ts'
export { type CommitResult, commit, type ExecutedStep } from './cache/commit.ts'
export { type ComparedFields, type FieldDifference, sameConfig } from './cache/compare.ts'
export {
  type Reasons,
  reasonsFor,
  type SiblingReason,
  type SiblingRefusal,
  type SourceReason,
} from './cache/reasons.ts'
export { type Restoration, type RestoreResult, restore } from './cache/restore.ts'
export {
  type CacheRules,
  docker1_13,
  docker17_03,
  docker20,
  docker23_0_10,
  docker24_0_9,
  docker25,
  docker25_0_0,
  docker26,
  docker29,
  docker29_5,
  type RuleSet,
  type RuleSetName,
  rules,
} from './cache/rules.ts'
export type { SourceRefusal } from './cache/valid-parent.ts'
export { type Digest, digestOf, isDigest, parseDigest, shortID } from './digest/digest.ts'
export { type ErrorCode, type ErrorDetails, isLayerfoldError, LayerfoldError } from './errors.ts'
export type { GoErrorKind } from './go/error.ts'
export type { GoMap, Int64 } from './go/struct.ts'
export { compareTime, readTime, sameTime, type Time, writeTime } from './go/time.ts'
export type { Config, HealthConfig } from './image/config.ts'
export type { Generation } from './image/generation.ts'
export { type History, sameHistory } from './image/history.ts'
export type { Image, ImageID } from './image/image.ts'
export {
  type Platform,
  type PlatformMatch,
  platformOf,
  platformOrLower,
  platformOrLowerMinor,
  platformWithFeatures,
  samePlatform,
} from './image/platform.ts'
export { familiarName, type Reference } from './image/reference.ts'
export { type ChainID, chainID, type DiffID, emptyDiffID, type RootFS } from './image/rootfs.ts'
export { applyChanges, type Change, changesBetween, type ImageRecord } from './store/changes.ts'
export type { Failure } from './store/outcome.ts'
export {
  allImages,
  childrenOf,
  findImage,
  findRawImage,
  getImage,
  getParent,
  hasImage,
  heads,
  isBuiltLocally,
  lastUpdatedOf,
  parentOf,
  searchImages,
} from './store/read.ts'
export { putContent, type ReopenResult, reopenStore } from './store/reopen.ts'
export { type Resolved, resolveImage } from './store/resolve.ts'
export { type Daemon, emptyStore, type ImageStore, withGeneration, withMissingLayers } from './store/store.ts'
export { allTags, findTagged, tagImage, untagImage } from './store/tags.ts'
export {
  type CreateResult,
  createImage,
  createImages,
  markBuiltLocally,
  type RemoveResult,
  removeImage,
  setLastUpdated,
  setParent,
} from './store/write.ts'
