/**
 * `npm run test:daemon [-- --edits N --seed S]`: builds Dockerfiles with a real Docker daemon and a real Buildah, and compares every verdict, every id of what is reused, and of
 * the classic builder's random ones every config: fixed builds, and so many random ones for each engine. 30 unless said.
 */
import { parseArgs } from 'node:util'
import { compareBuildah, whyNoBuildah } from './buildah.ts'
import { compareBuildkit } from './buildkit.ts'
import { compareRandom, compareScenarios, type Verdict } from './classic.ts'
import { type Daemon, startDaemon, whyNot } from './daemon.ts'

let passed = 0
let failed = 0

const { values } = parseArgs({ options: { edits: { type: 'string' }, seed: { type: 'string' } } })
const [seed, edits] = [Number(values.seed ?? 1), Number(values.edits ?? 30)]

const reason = whyNot()
if (reason !== undefined) console.log(`No build was compared with a real daemon: ${reason}.`)
else await compareAll()
const noBuildah = reason ?? whyNoBuildah()
if (noBuildah !== undefined) console.log(`No build was compared with a real Buildah: ${noBuildah}.`)
else await compareEditsOfBuildah()
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function compareAll(): Promise<void> {
  const daemon = await startDaemon()
  console.log(`Docker ${daemon.version}, classic builder`)
  try {
    for await (const verdict of compareScenarios(daemon)) count(verdict, true)
    const before = passed
    for await (const verdict of compareRandom(daemon, seed, edits)) count(verdict, false)
    console.log(`Docker: ${passed - before} of ${edits} random builds agree`)
    compareEdits(daemon)
  } finally {
    await daemon.stop()
  }
}

function count({ title, differences }: Verdict, isShown: boolean): void {
  const ok = differences.length === 0
  if (ok) passed++
  else failed++
  if (isShown || !ok) console.log([`${ok ? 'ok  ' : 'FAIL'} ${title}`, ...differences].join('\n       '))
}

function compareEdits(daemon: Daemon): void {
  const found = compareBuildkit(daemon, seed, edits)
  passed += found.passed
  failed += found.failed
  const share = ((100 * found.undecided) / found.steps).toFixed(1)
  console.log(
    `BuildKit: ${found.passed} of ${found.passed + found.failed} edits agree, ${found.steps} steps, ${share} % depend on output`,
  )
}

async function compareEditsOfBuildah(): Promise<void> {
  const found = await compareBuildah(seed, edits)
  const wrong = found.filter((differences) => differences.length > 0)
  for (const differences of wrong) console.log(['FAIL', ...differences].join('\n       '))
  passed += found.length - wrong.length
  failed += wrong.length
  console.log(`Buildah: ${found.length - wrong.length} of ${found.length} edits agree`)
}
