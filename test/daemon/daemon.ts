/** A real Docker daemon of our own, with its files in a temporary folder. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { classic17_03 } from '../../src/classic/engines.ts'
import type { ImageID } from '../../src/image/image.ts'
import { emptyStore, type ImageStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImages, setParent } from '../../src/store/write.ts'

export interface Daemon {
  readonly version: string
  /** `docker ARGS`; throws with what it printed on stderr. */
  readonly docker: (...args: string[]) => string
  /** One build with the classic builder, or with BuildKit: what it printed, and whether it succeeded. */
  readonly build: (
    folder: string,
    args: readonly string[],
    buildkit?: '0' | '1',
  ) => { readonly ok: boolean; readonly output: string }
  readonly images: () => ImageStore
  readonly stop: () => Promise<void>
}

const DOCKER = '/usr/bin/docker'
const DOCKERD = '/usr/sbin/dockerd'
const BUSYBOX = '/bin/busybox'

/** Why no daemon can be started here, in words; `undefined` when one can. */
export function whyNot(): string | undefined {
  const missing = [DOCKER, DOCKERD, BUSYBOX].filter((file) => !existsSync(file))
  if (missing.length > 0) return `${missing.join(', ')} not there (apt-get install docker.io busybox-static)`
  return process.getuid?.() === 0 ? undefined : 'a daemon needs root'
}

/** Starts it, with one image, `base:latest`, made of busybox. Throws with its log where it does not come up. */
export async function startDaemon(): Promise<Daemon> {
  const home = mkdtempSync(join(tmpdir(), 'layerfold-daemon-'))
  const socket = `unix://${join(home, 's.sock')}`
  const log = join(home, 'log')
  const no = ['bridge=none', 'iptables=false', 'ip6tables=false', 'ip-forward=false', 'ip-masq=false']
  const flags = [
    '--data-root',
    join(home, 'data'),
    '--exec-root',
    join(home, 'exec'),
    '-H',
    socket,
    '--pidfile',
    join(home, 'pid'),
  ]
  const script = `exec ${DOCKERD} "$@" >${log} 2>&1`
  const process_ = spawn('sh', [
    '-c',
    script,
    'dockerd',
    ...flags,
    '--storage-driver=vfs',
    ...no.map((flag) => `--${flag}`),
  ])
  const docker = (...args: string[]): string =>
    execFileSync(DOCKER, ['-H', socket, ...args.map((arg) => (arg === 'SAVED' ? join(home, 'saved.tar') : arg))], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const up = (): boolean => spawnSync(DOCKER, ['-H', socket, 'version']).status === 0
  for (let tries = 0; !up(); tries++) {
    if (tries > 60 || process_.exitCode !== null)
      throw new Error(`dockerd does not start: ${readFileSync(log, 'utf8').slice(-2000)}`)
    await sleep(500)
  }
  docker('import', baseArchive(home), 'base')
  return {
    version: docker('version', '--format', '{{.Server.Version}}').trim(),
    docker,
    build: (folder, args, buildkit = '0') => {
      const env = { ...process.env, DOCKER_BUILDKIT: buildkit, BUILDKIT_PROGRESS: 'plain' }
      const run = spawnSync(DOCKER, ['-H', socket, 'build', '--network=none', ...args, folder], {
        encoding: 'utf8',
        env,
      })
      return { ok: run.status === 0, output: run.stdout + run.stderr }
    },
    images: () => readImages(join(home, 'data', 'image', 'vfs'), docker),
    stop: async () => {
      process_.kill('SIGTERM')
      for (let tries = 0; tries < 40 && process_.exitCode === null; tries++) await sleep(250)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** An archive with busybox and the commands that the builds run, in that folder. */
export function baseArchive(home: string): string {
  const root = join(home, 'rootfs')
  for (const folder of ['bin', 'tmp', 'etc']) mkdirSync(join(root, folder), { recursive: true })
  execFileSync('cp', [BUSYBOX, join(root, 'bin', 'busybox')])
  for (const name of ['sh', 'echo', 'true', 'cat', 'mkdir'])
    execFileSync('ln', ['-s', 'busybox', join(root, 'bin', name)])
  const archive = join(home, 'base.tar')
  execFileSync('tar', ['-C', root, '-cf', archive, '.'])
  return archive
}

/** What the daemon knows, from its disk; what it lists decides, for a failed create leaves content behind. */
function readImages(image: string, docker: Daemon['docker']): ImageStore {
  const known = [...new Set(docker('images', '-aq', '--no-trunc').split('\n').filter(Boolean))].sort()
  const file = (...names: string[]): string => join(image, 'imagedb', ...names)
  const raws = known.map((id) => new Uint8Array(readFileSync(file('content', 'sha256', id.slice(7)))))
  let [store] = createImages(emptyStore({ generation: classic17_03.rules.shape }), raws)
  for (const id of known) {
    const parent = file('metadata', 'sha256', id.slice(7), 'parent')
    if (existsSync(parent)) [store] = setParent(store, id, readFileSync(parent, 'utf8'))
  }
  const { Repositories } = JSON.parse(readFileSync(join(image, 'repositories.json'), 'utf8')) as {
    Repositories: Record<string, Record<string, string>>
  }
  const tags = Object.values(Repositories).flatMap((names) => Object.entries(names))
  return tags.reduce((next, [name, id]) => tagImage(next, name, id as ImageID), store)
}

/** A folder with these files in it, each with mode 0644. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'layerfold-context-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, path), content, { mode: 0o644 })
  }
  return folder
}
