// What a client sends

export { type BuildContext, type ContextEntry, contextOf, type FileSpec, type Files, type Sending } from './context.ts'
export { isBuildContext } from './context-value.ts'
// How a generation reads
export { type Grammar, grammar1_13, grammar20_10, grammar25, grammar28, grammar29 } from './grammar.ts'
export { isIgnored, parseDockerignore } from './ignore.ts'
// The file, parsed
export type { Instruction, Kind, Position, Problem } from './instruction.ts'
export { type Dockerfile, parseDockerfile, parseTrigger, type Stage } from './parse.ts'
export { type ReadContext, readContext } from './read-context.ts'
// What COPY and ADD are looked up by
export { hashDownload, hashSources, type SourceHash, type SourceRules, type SourceStep } from './sources.ts'
export type { FileType, Header, ModePolicy } from './sum.ts'
export { type Mount, mountedTree, type SourceTree, treeOf } from './tree.ts'
export { type Environment, expandWord, expandWords } from './words.ts'
