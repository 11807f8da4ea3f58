import type { BuildContext } from '../dockerfile/context.ts'
import { grammar29 } from '../dockerfile/grammar.ts'
import type { Position } from '../dockerfile/instruction.ts'
import { type Dockerfile, parseDockerfile } from '../dockerfile/parse.ts'

/**
 * `dependencies-first`: copy and install what changes seldom before the sources. `arg-late`: declare a build argument where it is first read. `dockerignore`: do not send
 * what the image does not need. `copy-link`: copies that do not depend on the steps before them.
 */
export type SuggestionCode = 'dependencies-first' | 'arg-late' | 'dockerignore' | 'copy-link'

/** What a suggestion may change. */
export interface Sources {
  readonly dockerfile: string
  readonly context: BuildContext
}

/** A change of the sources that leaves what is built as it is. */
export interface Proposal {
  readonly code: SuggestionCode
  /** Equal for the same change of another version of the file. */
  readonly key: string
  /** Of the instruction that would change. */
  readonly position?: Position
  readonly sentence: string
  readonly sources: Sources
}

/** By the grammar that refuses least: what an engine makes of it is asked of the engine. */
export function readForAdvice({ dockerfile }: Sources): Dockerfile {
  return parseDockerfile(dockerfile, grammar29)
}

/** A file's lines; positions count from 1. */
export const linesOf = (text: string): string[] => text.split('\n')

/** Takes the lines of `moved` out, and puts `before` and them in front of the line of `target`, which comes earlier or later. */
export function moveLines(text: string, moved: Position, target: Position, before: readonly string[] = []): string {
  const lines = linesOf(text)
  const taken = lines.slice(moved.line - 1, moved.endLine)
  const rest = [...lines.slice(0, moved.line - 1), ...lines.slice(moved.endLine)]
  const at = target.line - 1 - (target.line > moved.line ? taken.length : 0)
  return [...rest.slice(0, at), ...before, ...taken, ...rest.slice(at)].join('\n')
}
