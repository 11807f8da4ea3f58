import type { FileRecord } from '../../src/dockerfile/context.ts'
import { resolvePath, walk } from '../../src/dockerfile/file-tree.ts'
import { matchPath } from '../../src/dockerfile/match.ts'
import { mountedTree, type SourceTree } from '../../src/dockerfile/tree.ts'
import { cleanPath } from '../../src/go/path.ts'

/** A simulator of the few commands that the recorded scenarios run: what a step leaves in its file system. */

export interface SimulatedFile {
  readonly type: 'file' | 'directory' | 'symlink'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly content: string
  readonly link?: string
}

export type FileSystem = Map<string, SimulatedFile>

export interface Shell {
  readonly files: FileSystem
  readonly env: readonly string[]
  readonly cwd: string
  /** Other file systems that are seen at a path: `[target, files, path in them]`. */
  readonly mounts: readonly (readonly [target: string, files: FileSystem, path: string])[]
  /** Something that is never the same. */
  readonly random: () => string
}

const DIRECTORY: SimulatedFile = { type: 'directory', mode: 0o755, uid: 0, gid: 0, content: '' }
const FILE: SimulatedFile = { type: 'file', mode: 0o644, uid: 0, gid: 0, content: '' }

/** What a shell is given, or the words of a command that has none. */
export function scriptOf(args: readonly string[]): string {
  return args.slice(args.indexOf('-c') + 1).join(' ')
}

/** Runs `a && b; c` and gives the exit code; `undefined` when a command is not simulated. */
export function runShell(shell: Shell, script: string): number | undefined {
  for (const list of script.split(';')) {
    for (const command of list.split('&&')) {
      const words = command
        .trim()
        .split(/\s+/)
        .map((word) => expandVariables(shell, word))
      const code = runCommand(shell, words)
      if (code === 'exit') return Number(words[1])
      if (code !== 0) return code
    }
  }
  return 0
}

function expandVariables({ env }: Shell, word: string): string {
  return word.replace(
    /\$(\w+)/g,
    (_, name) => env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? '',
  )
}

function runCommand(shell: Shell, words: readonly string[]): number | 'exit' | undefined {
  const at = words.findIndex((word) => word === '>' || word === '>>')
  const target = at < 0 ? undefined : words[at + 1]
  const [command, ...args] = (at < 0 ? words : words.slice(0, at)).filter(
    (word) => !/^(?:\/bin\/)?busybox$|^$/.test(word),
  )
  const name = command?.replace(/^\/bin\//, '')
  const output = commandOutput(shell, name!, args)
  if (typeof output !== 'object') return output
  if (target !== undefined) {
    const old = locate(shell, target)
    const before = words[at] === '>>' ? (old.files.get(old.path)?.content ?? '') : ''
    writeFile(old.files, old.path, before + output.text)
  }
  return 0
}

function commandOutput(
  shell: Shell,
  name: string,
  args: readonly string[],
): { readonly text: string } | number | 'exit' | undefined {
  const change = (path: string, changed: Partial<SimulatedFile>): number => {
    const { files, path: key } = locate(shell, path)
    const file = files.get(key)
    if (file === undefined) return 1
    files.set(key, { ...file, ...changed })
    return 0
  }
  switch (name) {
    case 'true':
      return { text: '' }
    case 'exit':
      return 'exit'
    case 'echo':
      return { text: `${args.join(' ')}\n` }
    case 'cat': {
      if (args[0] === '/proc/sys/kernel/random/uuid') return { text: shell.random() }
      const read = args.map((arg) => locate(shell, arg)).map(({ files, path }) => files.get(path))
      if (read.some((file) => file?.type !== 'file')) return 1
      return { text: read.map((file) => file!.content).join('') }
    }
    case 'mkdir':
      for (const arg of args) if (!arg.startsWith('-')) makeDirectories(shell.files, locate(shell, arg).path)
      return { text: '' }
    case 'chmod':
      return change(args[1]!, { mode: Number.parseInt(args[0]!, 8) })
    case 'chown': {
      const [uid, gid] = args[0]!.split(':').map(Number)
      return change(args[1]!, { uid: uid!, gid: gid ?? 0 })
    }
    case 'touch': {
      const { files, path } = locate(shell, args[0]!)
      writeFile(files, path, files.get(path)?.content ?? '')
      return { text: '' }
    }
    default:
      return undefined
  }
}

function locate({ files, cwd, mounts }: Shell, path: string): { readonly files: FileSystem; readonly path: string } {
  const absolute = cleanPath(path.startsWith('/') ? path : `/${cwd}/${path}`)
  for (const [target, mounted, inside] of mounts) {
    if (absolute === target || absolute.startsWith(`${target}/`))
      return { files: mounted, path: cleanPath(`/${inside}/${absolute.slice(target.length)}`).slice(1) }
  }
  return { files, path: absolute.slice(1) }
}

function writeFile(files: FileSystem, path: string, content: string): void {
  files.set(path, { ...(files.get(path) ?? FILE), content })
}

export function makeDirectories(files: FileSystem, path: string, owner: Partial<SimulatedFile> = {}): void {
  const parts = path.split('/').filter((part) => part !== '')
  for (let at = 1; at <= parts.length; at++) {
    const each = parts.slice(0, at).join('/')
    if (!files.has(each)) files.set(each, { ...DIRECTORY, ...owner })
  }
}

export interface Copying {
  readonly source: string
  /** With `/` at the end: a directory. */
  readonly destination: string
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  readonly mode: number
}

/** COPY: what is inside a directory goes into the destination, a file gets its name, or goes into a directory that is there. */
export function copyFiles(files: FileSystem, from: FileSystem, { source, destination, owner, mode }: Copying): void {
  const tree = treeOfFiles(from)
  const paths = /[*?[]/.test(source)
    ? [...walk(tree.root, '')].flatMap(([at]) => (at !== '' && matchPath(source, `/${at}`) ? [at] : []))
    : [source.slice(1)]
  for (const path of paths) {
    const at = resolvePath(tree.root, path)
    const target = cleanPath(destination).slice(1)
    const put = (to: string, file: SimulatedFile): void => {
      makeDirectories(files, to.split('/').slice(0, -1).join('/'), owner)
      files.set(to, { ...file, ...owner, ...(mode >= 0 && { mode }) })
    }
    if (at?.node?.type === 'directory') {
      makeDirectories(files, target, owner)
      for (const [inside, node] of walk(at.node, at.path)) {
        const name = inside.slice(at.path === '' ? 0 : at.path.length + 1)
        if (inside === at.path) continue
        const to = target === '' ? name : `${target}/${name}`
        if (node.type === 'directory' && files.get(to)?.type === 'directory') continue
        put(to, from.get(inside) ?? DIRECTORY)
      }
    } else if (at?.node !== undefined) {
      const isDirectory = destination.endsWith('/') || target === '' || files.get(target)?.type === 'directory'
      const name = path.slice(path.lastIndexOf('/') + 1)
      put(isDirectory ? cleanPath(`/${target}/${name}`).slice(1) : target, from.get(at.path)!)
    }
  }
}

const TEXT = new TextEncoder()
const BYTES = new TextDecoder('latin1')

export function treeOfFiles(files: FileSystem): SourceTree {
  return mountedTree(
    Object.fromEntries([...files].map(([path, { content, ...file }]) => [path, { ...file, content: latin1(content) }])),
  )
}

/** Contents are kept as one character a byte. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

export const bytesOf = (text: string): string => BYTES.decode(TEXT.encode(text))

export function filesOf(tree: Pick<SourceTree, 'root'>, fileAt: (path: string) => FileRecord | undefined): FileSystem {
  const files: FileSystem = new Map()
  for (const [path, node] of walk(tree.root, '')) {
    if (path === '') continue
    const file = fileAt(path)
    const { mode = 0o755, uid = 0, gid = 0 } = file?.header ?? {}
    const link = node.type === 'symlink' ? { link: node.link } : {}
    files.set(path, { type: node.type, mode: mode & 0o7777, uid, gid, content: BYTES.decode(file?.content), ...link })
  }
  return files
}
