import type { ImageID } from '../image/image.ts'

/** Why a step is no hit, as data. `was` is the stored side, `now` the build's; absence of one is an addition or a removal. `docs/reasons.md` has an entry a code. */
export type Cause = {
  readonly code: CauseCode
  /** The candidate that came nearest. */
  readonly image?: ImageID
  /** A variable, label, port, volume, argument, file or reference. */
  readonly name?: string
  readonly was?: string
  readonly now?: string
  /** Of a file: what about it. */
  readonly attribute?: FileAttribute
  /** Of a miss: how long nothing is asked after it. */
  readonly missLasts?: 'stage' | 'build'
  /** How many more of the kind there are. */
  readonly more?: number
}

export type FileAttribute = 'content' | 'mode' | 'owner' | 'link' | 'type' | 'xattrs'

export type CauseCode =
  | 'no-cache'
  | 'after-miss'
  | 'depends-on-output'
  | 'env'
  | 'env-order'
  | 'label'
  | 'port'
  | 'volume'
  | 'command'
  | 'build-arg'
  | 'proxy-arg'
  | 'instruction'
  | 'shell'
  | 'file-added'
  | 'file-removed'
  | 'file-changed'
  | 'files'
  | 'copy-target'
  | 'inherited'
  | 'other-parent'
  | 'nothing-built-here'
  | 'not-built-locally'
  | 'platform'
  | 'no-created'
  | 'not-above-a-source'
  | 'other-source'
  | 'no-source-found'
  | 'foreign-history'
  | 'source-history'
  | 'source-layers'
  | 'source-step'
  | 'source-too-short'
  | 'trailing-metadata'
  | 'time-zone'
  | 'entrypoint-reset'
  | 'user-unset'
  | 'healthcheck-filled'
  | 'healthcheck-text'
  | 'restored-image'
  | 'open-stdin'
  | 'invalid-utf8'
  | 'input-new'
  | 'operation-new'
  | 'content-new'
  | 'result-gone'
  | 'step-new'
  | 'build-error'
