import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const ROOT: string = join(import.meta.dirname, '../..')
export const EXAMPLE: string = join(ROOT, 'examples/rebuild')
/** What `npm run build` made. */
export const MAIN: string = join(ROOT, 'dist/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
}

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'layerfold-test-'))
}

/** Starts the built command in examples/rebuild, with a store of its own. */
export function start(args: readonly string[], env: Record<string, string> = {}, main: string = MAIN): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: EXAMPLE,
    env: { PATH: process.env['PATH'], LAYERFOLD_STORE: join(temporary(), 'none'), ...env },
  })
  const [stdout, stderr]: [string[], string[]] = [[], []]
  child.stdout.on('data', (chunk) => stdout.push(String(chunk)))
  child.stderr.on('data', (chunk) => stderr.push(String(chunk)))
  child.stdin.on('error', () => {}) // it may end before it has read all
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout: stdout.join(''), stderr: stderr.join('') }))
  })
  return { child, ended }
}

export async function layerfold(
  args: readonly string[],
  {
    input = '',
    env = {},
    main = MAIN,
  }: { input?: string | Uint8Array; env?: Record<string, string>; main?: string } = {},
): Promise<Ended> {
  const { child, ended } = start(args, env, main)
  child.stdin.end(input)
  return await ended
}
