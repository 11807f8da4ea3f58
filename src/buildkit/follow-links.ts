import { type ContextEntry, pathKey } from '../dockerfile/context.ts'
import { hasWildcards, matchPath, pathMatcher } from '../dockerfile/match.ts'
import { cleanPath } from '../go/path.ts'
import { sortText } from '../go/text.ts'

/**
 * The entries that the client sends of those paths: themselves, what is below them, the directories above, and what symlinks on the way lead to (fsutil's FollowLinks). Each link is
 * followed once: of two paths that lead over one, what the second is at is not sent.
 */
export function followLinks(entries: readonly ContextEntry[], paths: readonly string[]): readonly ContextEntry[] {
  const links = linksOf(entries)
  const wanted = new Set<string>()
  const todo = [...sortText([...paths])].reverse()
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const parts = cleanPath(`/${next}`).slice(1).split('/')
    for (let count = 1; count <= parts.length; count++) {
      const current = parts.slice(0, count).join('/')
      const targets = targetsOf(links, parts.slice(0, count))
      if (targets.length === 0 && count < parts.length) continue
      if (!wanted.has(current))
        todo.push(...targets.map((target) => [target, ...parts.slice(count)].join('/')).reverse())
      wanted.add(current)
      break
    }
  }
  return entries.filter(isSentOf(wanted))
}

/** By directory and name: the absolute path that the link leads to. */
type Links = ReadonlyMap<string, ReadonlyMap<string, string>>

function linksOf(entries: readonly ContextEntry[]): Links {
  const links = new Map<string, Map<string, string>>()
  for (const { path, type, link = '' } of entries) {
    if (type !== 'symlink') continue
    const [directory, name] = splitPath(pathKey(path))
    const target = link.startsWith('/') ? link : `/${directory}/${link}`
    links.set(directory, (links.get(directory) ?? new Map()).set(name, target))
  }
  return links
}

function splitPath(path: string): [directory: string, name: string] {
  const at = path.lastIndexOf('/')
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)]
}

/** What the links there lead to: one, or with wildcards in the last part all that match. */
function targetsOf(links: Links, parts: readonly string[]): readonly string[] {
  const name = parts.at(-1)!
  const siblings = links.get(parts.slice(0, -1).join('/'))
  if (siblings === undefined) return []
  if (!hasWildcards(name)) return siblings.has(name) ? [siblings.get(name)!] : []
  return [...siblings].flatMap(([each, target]) => (matchPath(name, each) ? [target] : []))
}

/** Whether a path is one of the wanted, below one, or a directory above one. */
function isSentOf(wanted: ReadonlySet<string>): (entry: ContextEntry) => boolean {
  const plain = new Set<string>()
  const above = new Set<string>()
  const patterns: Pattern[] = []
  for (const each of wanted) {
    if (/[*?[\\]/.test(each)) patterns.push(patternOf(each))
    else {
      plain.add(each)
      for (const parent of parentsOf(each)) above.add(parent)
    }
  }
  return ({ path, type }) => {
    const key = pathKey(path)
    const isDirectory = type === 'directory'
    if (plain.has(key) || (isDirectory && above.has(key)) || parentsOf(key).some((parent) => plain.has(parent)))
      return true
    return fitsAny(patterns, key, isDirectory)
  }
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

/** Matchers of its first part, of its first two, and so on. */
type Pattern = readonly ((path: string) => boolean | undefined)[]

function patternOf(text: string): Pattern {
  return [...parentsOf(text), text].map(pathMatcher)
}

function fitsAny(patterns: readonly Pattern[], path: string, isDirectory: boolean): boolean {
  const prefixes = [...parentsOf(path), path]
  return patterns.some((pattern) => {
    const shared = Math.min(prefixes.length, pattern.length)
    return (shared === pattern.length || isDirectory) && pattern[shared - 1]!(prefixes[shared - 1]!) === true
  })
}
