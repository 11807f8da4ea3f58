import type { BuildContext, ContextEntry } from '../dockerfile/context.ts'
import { pathKey } from '../dockerfile/context.ts'
import type { Cause, FileAttribute } from './cause.ts'

/** Which file makes a COPY another one: of the paths that either build copies, the first that differs, and how many more do. */
export function causeInFiles(before: BuildContext, after: BuildContext, paths: readonly string[]): Cause | undefined {
  const was = entriesByPath(before)
  const now = entriesByPath(after)
  const differing = [...new Set(paths)].filter((path) => was.get(path)?.sum !== now.get(path)?.sum)
  const [path] = differing
  if (path === undefined) return undefined
  const more = differing.length > 1 ? { more: differing.length - 1 } : {}
  const [old, current] = [was.get(path), now.get(path)]
  if (old === undefined) return { code: 'file-added', name: path, ...more }
  if (current === undefined) return { code: 'file-removed', name: path, ...more }
  return { code: 'file-changed', name: path, ...attributeOf(old, current), ...more }
}

function entriesByPath({ entries }: BuildContext): ReadonlyMap<string, ContextEntry> {
  const known = new Map<string, ContextEntry>()
  for (const entry of entries) if (!known.has(pathKey(entry.path))) known.set(pathKey(entry.path), entry)
  return known
}

function attributeOf(was: ContextEntry, now: ContextEntry): { attribute: FileAttribute; was?: string; now?: string } {
  const octal = (mode: number): string => mode.toString(8).padStart(4, '0')
  if (was.type !== now.type) return { attribute: 'type', was: was.type, now: now.type }
  if (was.link !== now.link) return { attribute: 'link', was: was.link ?? '', now: now.link ?? '' }
  if (was.mode !== now.mode) return { attribute: 'mode', was: octal(was.mode), now: octal(now.mode) }
  if (was.uid !== now.uid || was.gid !== now.gid)
    return { attribute: 'owner', was: `${was.uid}:${was.gid}`, now: `${now.uid}:${now.gid}` }
  if (JSON.stringify(was.xattrs) !== JSON.stringify(now.xattrs)) return { attribute: 'xattrs' }
  return { attribute: 'content' }
}
