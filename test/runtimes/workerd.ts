import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

export interface Workerd {
  readonly url: string
  /** Its answer to the first request, which waits until it listens. */
  readonly first: Response
  readonly stop: () => Promise<void>
}

/** Starts workerd, which is installed in `dir`, with the module of that name there. `snapshots` is the port of the edge check's binding. */
export async function startWorkerd(dir: string, module: string, snapshots?: number): Promise<Workerd> {
  const port = await freePort()
  const bindings = snapshots === undefined ? '' : 'bindings = [(name = "SNAPSHOTS", service = "snapshots")],'
  const origin =
    snapshots === undefined ? '' : `(name = "snapshots", external = (address = "127.0.0.1:${snapshots}", http = ())),`
  writeFileSync(
    join(dir, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "${module}")],
      ${bindings}
      compatibilityDate = "2025-06-01")),
    ${origin}
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);`,
  )
  const server = spawn(join(dir, 'node_modules/.bin/workerd'), ['serve', 'config.capnp'], {
    cwd: dir,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    server.kill()
    await ended
  }
  const url = `http://127.0.0.1:${port}/`
  try {
    return { url, first: await answer(url, server), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function answer(url: string, server: ChildProcess): Promise<Response> {
  const giveUp = performance.now() + 10_000
  for (;;) {
    try {
      return await fetch(url, { signal: AbortSignal.timeout(60_000) })
    } catch (error) {
      if (server.exitCode !== null || performance.now() > giveUp) throw error
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}
