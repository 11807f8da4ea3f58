import type { BuildContext, ContextEntry } from './context.ts'

/** Whether a value that came from outside, as JSON, is a context: what `contextOf` and `readContext` make and what `predict` takes. */
export function isBuildContext(value: unknown): value is BuildContext {
  if (!isRecord<keyof BuildContext>(value) || !Array.isArray(value.entries)) return false
  return isTextOrAbsent(value.dockerignore) && value.entries.every(isEntry)
}

const TYPES: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  'file',
  'hardlink',
  'symlink',
  'char',
  'block',
  'directory',
  'fifo',
])

/** Linux takes no longer ones. */
const PATH_MAX = 4096

function isEntry(entry: unknown): boolean {
  if (!isRecord<keyof ContextEntry>(entry)) return false
  const { path, type, mode, uid, gid, size, link, devmajor = 0, devminor = 0, xattrs, sum } = entry
  return (
    typeof path === 'string' &&
    path.length <= PATH_MAX &&
    TYPES.has(type) &&
    Number.isSafeInteger(mode) &&
    Number.isSafeInteger(uid) &&
    Number.isSafeInteger(gid) &&
    Number.isSafeInteger(size) &&
    Number.isSafeInteger(devmajor) &&
    Number.isSafeInteger(devminor) &&
    isTextOrAbsent(link) &&
    (xattrs === undefined || (isRecord(xattrs) && Object.values(xattrs).every((each) => typeof each === 'string'))) &&
    typeof sum === 'string' &&
    sum.length === 64 &&
    /^[0-9a-f]+$/.test(sum)
  )
}

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string'

/** Whether it is an object with fields, which may be anything yet. */
export function isRecord<Key extends string>(value: unknown): value is { readonly [key in Key]?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
