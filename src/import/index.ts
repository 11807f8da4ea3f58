export { type ImportedImage, type ImportOptions, importArchive } from './docker-archive.ts'
export type { ImportLimits } from './limits.ts'
export type { ArchiveSource } from './source.ts'
