import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

export interface Server {
  readonly url: string
  stop(): Promise<void>
}

/** A redis-server of its own, on a free port, that has every commit on the disk. Installed by apt-get where there is none. */
export async function startServer(): Promise<Server> {
  if (!isThere('redis-server')) execFileSync('apt-get', ['install', '-y', 'redis-server'], { stdio: 'inherit' })
  const directory = mkdtempSync(join(tmpdir(), 'layerfold-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--dir', directory, '--save', '', '--appendonly', 'yes']
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await ready(server)
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const ended = new Promise((resolve) => server.on('close', resolve))
      server.kill()
      await ended
      rmSync(directory, { recursive: true })
    },
  }
}

function isThere(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.stdout!.on('data', (text) => String(text).includes('Ready to accept connections') && resolve())
    server.on('close', () => reject(new Error('redis-server ended')))
  })
}
