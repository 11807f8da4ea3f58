import { resolvePath } from '../dockerfile/file-tree.ts'
import type { CopyInstruction } from '../dockerfile/instruction.ts'
import type { SourceTree } from '../dockerfile/tree.ts'
import { GoError } from '../go/error.ts'
import { readGoString } from '../go/text.ts'
import { type Builder, contentSummary, type SourceFiles } from './content.ts'
import type { Reading, Stage } from './stage.ts'
import { environmentOf, expand, fromDirectory } from './stage.ts'

/** A COPY or ADD, ready to be looked up. */
export interface PreparedCopy {
  readonly sources: readonly string[]
  readonly destination: string
  /** `undefined`: some files are not known. */
  readonly summary: string | undefined
}

/** Expands the words and takes the digest of the files. Throws a GoError where Buildah fails. */
export function prepareCopy(
  reading: Reading,
  stage: Stage,
  instruction: CopyInstruction,
  files: SourceFiles | undefined,
  builder: Builder,
): PreparedCopy {
  const read = (word: string): string => expand(reading, environmentOf(stage), word)
  const sources = instruction.sources.map(read)
  const destination = read(instruction.destination)
  const chown = instruction.chown === undefined ? '' : read(instruction.chown)
  const owner = chown === '' ? undefined : ownerOf(chown, stage.files)
  const mode = instruction.chmod === undefined ? undefined : modeOf(instruction.chmod)
  if (files === undefined || owner === 'unknown' || sources.some((source) => /^https?:\/\//.test(source)))
    return { sources, destination, summary: undefined }
  const isDirectory = destination === '.' || isDirectoryIn(stage, fromDirectory(stage, destination))
  const copied = { instruction: instruction.kind, sources, destination, isDirectory, owner, mode }
  return { sources, destination, summary: contentSummary(files, copied, builder) }
}

function modeOf(chmod: string): number {
  if (!/^[0-7]+$/.test(chmod)) throw new GoError('instruction', `parsing chmod ${JSON.stringify(chmod)}`)
  return Number.parseInt(chmod, 8)
}

/** A directory of the image, or the working directory, which is made before. */
function isDirectoryIn({ files, config }: Stage, path: string): boolean {
  if (path === '/' || `${config.WorkingDir ?? '/'}/`.startsWith(`${path}/`)) return true
  return files !== undefined && resolvePath(files.root, path.slice(1))?.node?.type === 'directory'
}

/** Numbers as they are, names as the image explains them; a user without group has the user's own. */
function ownerOf(chown: string, files: SourceTree | undefined): { uid: number; gid: number } | 'unknown' {
  const [user = '', group] = chown.split(':')
  const passwd = linesOf(files, 'etc/passwd').find(([name, , id]) => name === user || id === user)
  const uid = /^\d+$/.test(user) ? Number(user) : passwd ? Number(passwd[2]) : undefined
  const named = linesOf(files, 'etc/group').find(([name]) => name === group)
  const gid =
    group === undefined
      ? Number(passwd?.[3] ?? uid ?? 0)
      : /^\d+$/.test(group)
        ? Number(group)
        : named && Number(named[2])
  return uid === undefined || gid === undefined ? 'unknown' : { uid, gid }
}

function linesOf(files: SourceTree | undefined, path: string): string[][] {
  const file = files?.fileAt?.(path)
  return file === undefined
    ? []
    : readGoString(file.content)
        .split('\n')
        .map((line) => line.split(':'))
}
