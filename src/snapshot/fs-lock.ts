import { open, readFile, unlink } from 'node:fs/promises'
import { LayerfoldError } from '../errors.ts'

/**
 * Makes a lock file and gives what takes it away. One that a dead process has left is taken over. Throws `storage-locked` while the holder lives. Processes are told apart
 * by number and start, as this machine knows them: not a lock between machines.
 */
export async function takeLock(file: string): Promise<() => Promise<void>> {
  for (;;) {
    if (await makeLock(file)) return () => unlink(file)
    const holder = await readHolder(file)
    if (holder === undefined) continue
    if (isAlive(holder)) throw new LayerfoldError('storage-locked', { where: file, holder: `process ${holder.pid}` })
    await takeOver(file, holder)
  }
}

interface Holder {
  readonly pid: number
  /** When the process began, in milliseconds since 1970: a number that is used again is another process. */
  readonly since: number
}

const self = (): Holder => ({ pid: process.pid, since: performance.timeOrigin })

async function makeLock(file: string): Promise<boolean> {
  try {
    const lock = await open(file, 'wx')
    await lock.writeFile(JSON.stringify(self()))
    await lock.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** `undefined` when the file has gone meanwhile. One that is empty was being written when its process ended, or is at this moment. */
async function readHolder(file: string): Promise<Holder | undefined> {
  for (let tries = 0; tries < 20; tries++) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    if (text.endsWith('}')) return JSON.parse(text) as Holder
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return { pid: 0, since: 0 }
}

function isAlive({ pid, since }: Holder): boolean {
  if (pid === process.pid) return since === performance.timeOrigin
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // it lives, and is another user's
  }
}

/** Only one may remove a dead lock, and only if it is still that one: else a second would remove the first one's new lock. */
async function takeOver(file: string, dead: Holder): Promise<void> {
  const mutex = `${file}-takeover`
  if (!(await makeLock(mutex))) {
    const other = await readHolder(mutex)
    if (other !== undefined && !isAlive(other)) await unlink(mutex).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 5))
    return
  }
  const holder = await readHolder(file)
  if (holder?.pid === dead.pid && holder.since === dead.since) await unlink(file)
  await unlink(mutex)
}
