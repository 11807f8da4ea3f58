import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

/** One parent image, the images built on it, and the step looked for among them. */
export interface MobyInput {
  /** Raw image config text: its SHA-256 is the image's id. */
  readonly parent: string
  /** Raw config texts. Equal texts are one image; matching ones need different `created` times, or moby picks any. */
  readonly children: readonly string[]
  /** A container config in Docker's JSON spelling (`Cmd`, `Env`, `Labels`, …), compared with each `container_config`. */
  readonly probe: unknown
}

/** Where moby's image store keeps its configs: `fs` is the daemon's own, `mem` is ours and skips files and hashing. */
export type MobyBackend = 'fs' | 'mem'

/** Nanoseconds one probe took, over all rounds. */
export interface MobyTimes {
  readonly min: number
  readonly median: number
  readonly p90: number
}

export type MobyResult =
  | {
      readonly measured: true
      readonly docker: string
      readonly siblings: number
      readonly backend: string
      readonly nanoseconds: MobyTimes
      /** The image id found, or an empty string for a cache miss. */
      readonly winner: string
    }
  | { readonly measured: false; readonly why: string }

type Program = { readonly path: string } | { readonly why: string }

const gocode = '/usr/share/gocode'
const sources = join(gocode, 'src/github.com/docker/docker/image/cache')
/** The bench runs from the package's root, as npm does. */
const own = resolve('bench/peers/moby')

let program: Program | undefined

/**
 * Time moby's own cache probe; takes 2 to 20 seconds, and the first call compiles the program too.
 * Never throws for want of Go, of moby's sources or of a good input: the answer then says why nothing was measured.
 */
export function measureMoby(input: MobyInput, backend: MobyBackend = 'fs'): MobyResult {
  program ??= build()
  if ('why' in program) return { measured: false, why: program.why }
  const dir = mkdtempSync(join(tmpdir(), 'moby-run-'))
  try {
    const file = join(dir, 'input.jsonl')
    writeFileSync(file, inputLines(input))
    // The store goes into our directory too, so that nothing is left behind should the program be killed.
    const env = { ...process.env, TMPDIR: dir }
    const ran = spawnSync(program.path, ['-backend', backend, file], { encoding: 'utf8', env, timeout: 600_000 })
    if (ran.status !== 0) return { measured: false, why: `the moby program failed: ${complaint(ran)}` }
    return parse(ran.stdout)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function inputLines({ parent, children, probe }: MobyInput): string {
  const records = [{ parent }, ...children.map((child) => ({ child })), { probe }]
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

function parse(stdout: string): MobyResult {
  const { docker, siblings, backend, nanoseconds, winner } = JSON.parse(stdout) as Extract<
    MobyResult,
    { measured: true }
  >
  return { measured: true, docker, siblings, backend, nanoseconds, winner }
}

function build(): Program {
  if (spawnSync('go', ['version']).status !== 0) return { why: 'go was not found: install golang-go' }
  if (!existsSync(sources)) {
    return { why: `moby's sources are not in ${sources}: install golang-github-docker-docker-dev` }
  }
  const dir = mkdtempSync(join(tmpdir(), 'moby-build-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'moby')
  const flags = ['-ldflags', `-X github.com/docker/docker/dockerversion.Version=${sourcesVersion()}`]
  const GOPATH = [gocode, join(own, 'gopath')].join(delimiter)
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', CGO_ENABLED: '0', GOPATH }
  const built = spawnSync('go', ['build', ...flags, '-o', path, 'main.go'], { cwd: own, encoding: 'utf8', env })
  return built.status === 0 ? { path } : { why: `go build failed: ${complaint(built)}` }
}

/** The upstream part of the Debian package's version: the sources themselves do not say theirs. */
function sourcesVersion(): string {
  const asked = spawnSync('dpkg', ['-s', 'golang-github-docker-docker-dev'], { encoding: 'utf8' })
  return /^Version: ([\d.]+)/m.exec(asked.stdout ?? '')?.[1] ?? 'unknown'
}

function complaint(ran: {
  readonly stderr: string | null
  readonly status: number | null
  readonly error?: Error
}): string {
  const lines = (ran.stderr ?? '').trim().split('\n').slice(0, 5).join('\n')
  return lines || ran.error?.message || `exit status ${ran.status}`
}
