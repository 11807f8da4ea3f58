import { cleanPath } from '../go/path.ts'
import { replaceInvalid, writeGoString } from '../go/text.ts'
import { compileGlob } from './ignore-glob.ts'
import { matchPath } from './match.ts'
import { trimSpace } from './text.ts'

/** One line of a .dockerignore. */
export interface IgnorePattern {
  /** Cleaned, without the `!`. */
  readonly text: string
  /** Begins with `!`: what it matches is sent after all. */
  readonly exception: boolean
  readonly depth: number
  readonly matches: (path: string) => boolean
}

/** `text` is what the docker client says. */
export type ParsedDockerignore =
  | { readonly outcome: 'patterns'; readonly patterns: readonly IgnorePattern[] }
  | { readonly outcome: 'error'; readonly text: string }

/**
 * Reads a .dockerignore (buildkit's dockerignore.ReadAll, then moby's fileutils.NewPatternMatcher @ v20.10.24). One bound is layerfold's own: a pattern that its
 * counts (`a{1000}`) make longer than 262144 steps is malformed. Go's own bound is above three million.
 */
export function parseDockerignore(text: string): ParsedDockerignore {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  if (lines.some((line) => line.length > 21_844 && writeGoString(line).length >= LONGEST_LINE)) {
    return { outcome: 'error', text: 'Error reading .dockerignore: bufio.Scanner: token too long' }
  }
  const patterns: IgnorePattern[] = []
  for (const line of lines) {
    const pattern = line.startsWith('#') ? '' : normalize(trimSpace(line))
    if (pattern === '') continue
    const compiled = compile(pattern)
    if (typeof compiled === 'string') return { outcome: 'error', text: compiled }
    patterns.push(compiled)
  }
  return { outcome: 'patterns', patterns }
}

/** bufio.MaxScanTokenSize: a buffer of so many bytes must hold the line and its end. */
const LONGEST_LINE = 65_536

function normalize(line: string): string {
  if (line === '') return ''
  const invert = line.startsWith('!')
  const path = invert ? trimSpace(line.slice(1)) : line
  const clean = path === '' ? '' : cleanPath(path).replace(/^\/(?=.)/s, '')
  return cleanPath(trimSpace((invert ? '!' : '') + clean))
}

function compile(pattern: string): IgnorePattern | string {
  if (pattern === '!') return 'illegal exclusion pattern: "!"'
  const exception = pattern.startsWith('!')
  const text = exception ? pattern.slice(1) : pattern
  const matches = matchPath(text, '.') === undefined ? undefined : compileGlob(replaceInvalid(text))
  return matches === undefined ? 'syntax error in pattern' : { text, exception, depth: text.split('/').length, matches }
}

/** Whether the patterns exclude that cleaned path: itself, or one of the directories it is in. The last pattern that matches decides. */
export function isIgnored(patterns: readonly IgnorePattern[], path: string): boolean {
  const clean = cleanPath(path)
  if (clean === '.') return false
  const parts = replaceInvalid(clean).split('/')
  let ignored = false
  for (const { depth, exception, matches } of patterns) {
    if (ignored !== exception) continue
    const inside = depth < parts.length ? parts.slice(0, depth).join('/') : undefined
    if (matches(parts.join('/')) || (inside !== undefined && matches(inside))) ignored = !exception
  }
  return ignored
}

/** The patterns as the client applies them: it sends .dockerignore and the Dockerfile always (docker/cli build.TrimBuildFilesFromExcludes). */
export function clientPatterns(dockerignore: string, dockerfile: string): ParsedDockerignore {
  const parsed = parseDockerignore(dockerignore)
  if (parsed.outcome === 'error') return parsed
  const kept = ['.dockerignore', dockerfile].filter((path) => isIgnored(parsed.patterns, path))
  return kept.length === 0 ? parsed : parseDockerignore([dockerignore, ...kept.map((path) => `!${path}`)].join('\n'))
}

/** What the client's walk does with a path (moby archive.TarWithOptions). `skip`: it is not sent, but what is in it may be. */
export function sends(
  patterns: readonly IgnorePattern[],
  path: string,
  isDirectory: boolean,
): 'send' | 'skip' | 'prune' {
  if (patterns.length === 0 || !isIgnored(patterns, path)) return 'send'
  if (!isDirectory) return 'skip'
  const mayHold = patterns.some(({ exception, text }) => exception && `${text}/`.startsWith(`${path}/`))
  return mayHold ? 'skip' : 'prune'
}
