export type { ArchiveSource, ImportLimits } from './archive.ts'
export { type ImportedImage, type ImportOptions, importArchive } from './docker-archive.ts'
