/** What is other in the second moment than in the first. */
import { changesBetween, familiarName, type ImageID } from 'layerfold'
import { type LineChange, lineChanges } from './difference.ts'
import type { Inputs, Moment, PageFile } from './state.ts'

export interface Comparison {
  readonly added: readonly ImageID[]
  readonly removed: readonly ImageID[]
  readonly tags: readonly { readonly name: string; readonly to: ImageID | undefined }[]
  /** Empty where the Dockerfile is the same. */
  readonly dockerfile: readonly LineChange[]
  readonly files: readonly { readonly path: string; readonly what: 'new' | 'gone' | 'content' | 'mode' }[]
  readonly flags: readonly { readonly name: string; readonly was: string; readonly now: string }[]
}

export function compareMoments(a: Moment, b: Moment): Comparison {
  const changes = changesBetween(a.images, b.images)
  const images = changes.flatMap((change) => (change.what === 'image' ? [change] : []))
  const tags = changes.flatMap((change) =>
    change.what === 'tag' ? [{ name: familiarName({ name: change.name }), to: change.to }] : [],
  )
  return {
    added: images.filter(({ to }) => to?.raw !== undefined).map(({ id }) => id),
    removed: images.filter(({ to }) => to === undefined).map(({ id }) => id),
    tags,
    ...compareInputs(a.draft, b.draft),
  }
}

function compareInputs(a: Inputs, b: Inputs): Pick<Comparison, 'dockerfile' | 'files' | 'flags'> {
  const names = Object.keys(b.flags) as (keyof Inputs['flags'])[]
  return {
    dockerfile: a.dockerfile === b.dockerfile ? [] : lineChanges(a.dockerfile, b.dockerfile),
    files: compareFiles(a, b),
    flags: names
      .filter((name) => a.flags[name] !== b.flags[name])
      .map((name) => ({ name, was: String(a.flags[name]), now: String(b.flags[name]) })),
  }
}

function compareFiles({ files: a }: Inputs, { files: b }: Inputs): Comparison['files'] {
  const paths = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return paths.flatMap((path): Comparison['files'] => {
    const [was, now] = [a[path], b[path]]
    if (was === undefined) return [{ path, what: 'new' }]
    if (now === undefined) return [{ path, what: 'gone' }]
    if (!sameContent(was, now)) return [{ path, what: 'content' }]
    return was.mode === now.mode ? [] : [{ path, what: 'mode' }]
  })
}

function sameContent({ content: a }: PageFile, { content: b }: PageFile): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

export function isNothing({ added, removed, tags, dockerfile, files, flags }: Comparison): boolean {
  return [added, removed, tags, dockerfile, files, flags].every((list) => list.length === 0)
}
