/** Random edits built by a real Buildah: recorded as they are built, and then replayed as every recording is. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replayBuildah } from '../conformance/buildah.ts'
import { baseArchive } from './daemon.ts'
import { type EditedBuild, editedBuilds, withDockerfile, writeContext } from './edits.ts'

const BUILDAH = '/usr/bin/buildah'

export function whyNoBuildah(): string | undefined {
  return existsSync(BUILDAH) ? undefined : `${BUILDAH} is not there (apt-get install buildah)`
}

interface Listed {
  readonly id: string
  readonly names?: readonly string[]
}

/** What differs, for each edit. */
export async function compareBuildah(seed: number, count: number): Promise<readonly (readonly string[])[]> {
  const home = mkdtempSync(join(tmpdir(), 'layerfold-buildah-'))
  try {
    const buildah = (...args: string[]) => spawnSync(BUILDAH, [...stores(home), ...args], { encoding: 'utf8' })
    makeBase(home, buildah)
    const [base] = listed(home)
    const images: Record<string, string> = { [base!.id]: configOf(home, base!.id) }
    const builds = [...editedBuilds(seed, count)]
    const ops = builds.map((build, index) => record(home, buildah, withDockerfile(build, index), images))
    const verdicts = await replayBuildah({ path: '', json: { bases: { 'base:latest': base!.id }, images, ops } })
    return verdicts.map(({ differences }, index) => differences.map((each) => `${builds[index]!.title}: ${each}`))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const stores = (home: string): string[] => [
  '--root',
  join(home, 'root'),
  '--runroot',
  join(home, 'run'),
  '--storage-driver',
  'vfs',
]

type Call = (...args: string[]) => { readonly status: number | null; readonly stdout: string; readonly stderr: string }

function makeBase(home: string, buildah: Call): void {
  baseArchive(home)
  writeFileSync(join(home, 'Basefile'), 'FROM scratch\nADD base.tar /\n')
  const { status, stderr } = buildah('bud', '-t', 'base', '-f', join(home, 'Basefile'), home)
  if (status !== 0) throw new Error(`no base: ${stderr}`)
}

function listed(home: string): readonly Listed[] {
  return JSON.parse(readFileSync(join(home, 'root/vfs-images/images.json'), 'utf8')) as readonly Listed[]
}

/** containers/storage names a big datum by the base64 of its key. */
function configOf(home: string, id: string): string {
  const name = `=${Buffer.from(`sha256:${id}`).toString('base64')}`
  return readFileSync(join(home, 'root/vfs-images', id, name), 'utf8')
}

/** One build, as the recordings have it. `images` gets the configs that are new. */
function record(home: string, buildah: Call, build: EditedBuild, images: Record<string, string>): object {
  const folder = join(home, 'context')
  mkdirSync(folder, { recursive: true })
  writeContext(folder, build.files)
  const { dockerfile, files: context, args } = build
  const bud = ['bud', '--layers', '--isolation', 'chroot', ...args, '-t', 'edited', '-f', join(folder, 'Dockerfile')]
  const { status, stdout, stderr } = buildah(...bud, folder)
  const all = listed(home)
  for (const { id } of all) images[id] ??= configOf(home, id)
  const tags = Object.fromEntries(
    all.flatMap(({ id, names = [] }) => names.map((name) => [name.replace(/^localhost\//, ''), id])),
  )
  const ok = status === 0
  return {
    op: 'build',
    dir: 'context',
    dockerfile_path: 'Dockerfile',
    dockerfile,
    context,
    args: ['--layers', ...args],
    tag: 'edited',
    ok,
    ...(!ok && { error: stderr.slice(-400) }),
    steps: stepsIn(stdout + stderr, all),
    image: tags['edited:latest'] ?? null,
    store: all.map(({ id }) => id),
    tags,
  }
}

/** `[1/3] STEP 2/5: RUN …`, then `--> Using cache ID` and `--> ID`. A stage may wait for another: what is printed last is done first. */
function stepsIn(output: string, all: readonly Listed[]): object[] {
  const steps: { stage: number; n: number; text: string; cached: boolean; id: string | null }[] = []
  const open: typeof steps = []
  for (const line of output.split('\n')) {
    const [, stage = '1', n, text] = /^(?:\[(\d+)\/\d+\] )?STEP (\d+)\/\d+: (.*)/.exec(line) ?? []
    if (n !== undefined) {
      const step = { stage: Number(stage) - 1, n: Number(n), text: text!, cached: false, id: null }
      steps.push(step)
      if (!text!.startsWith('FROM')) open.push(step)
    }
    const step = open.at(-1)
    const id = /^--> ([0-9a-f]{11})$/.exec(line)?.[1]
    if (step !== undefined && line.startsWith('--> Using cache ')) step.cached = true
    if (step !== undefined && id !== undefined) {
      step.id = all.find((each) => each.id.startsWith(id))?.id ?? null
      open.pop()
    }
  }
  return steps
}
