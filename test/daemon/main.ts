/**
 * `npm run test:daemon`: builds small Dockerfiles with a real Docker daemon, predicts each build from what the daemon has on its disk before it, and compares every
 * verdict, and for hits and restored images every id.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { classic17_03 } from '../../src/classic/engines.ts'
import type { Prediction } from '../../src/dockerfile/prediction.ts'
import { readDirectory } from '../../src/node/read-directory.ts'
import { predict } from '../../src/predict/predict.ts'
import { compareBuildah, whyNoBuildah } from './buildah.ts'
import { compareBuildkit } from './buildkit.ts'
import { type Daemon, folderOf, startDaemon, whyNot } from './daemon.ts'
import { type Build, SCENARIOS } from './scenarios.ts'

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
    for (const [name, builds] of Object.entries(SCENARIOS)) {
      for (const build of builds) {
        const found = await compare(daemon, build)
        if (found.length === 0) passed++
        else failed++
        console.log([`${found.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${build.title}`, ...found].join('\n       '))
      }
    }
    compareEdits(daemon)
  } finally {
    await daemon.stop()
  }
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

async function compare(daemon: Daemon, build: Build): Promise<string[]> {
  for (const command of build.before ?? []) daemon.docker(...command)
  const folder = folderOf({ Dockerfile: build.dockerfile, ...build.files })
  const { context } = await readDirectory(folder, { modes: 'cli23' })
  const prediction = predictFrom(daemon, build, folder, context)
  const { ok, output } = daemon.build(folder, argumentsOf(build))
  rmSync(folder, { recursive: true })
  if (!ok) return [`the build failed: ${output.slice(-500)}`]
  const built = readOutput(output)
  return [...verdicts(prediction, built)]
}

function predictFrom(
  daemon: Daemon,
  build: Build,
  folder: string,
  context: Awaited<ReturnType<typeof readDirectory>>['context'],
): Prediction {
  const { buildArgs, labels, cacheFrom, target, noCache } = build
  const shape = { ...classic17_03.rules.shape, dockerVersion: daemon.version }
  const [, prediction] = predict(
    { images: daemon.images() },
    {
      engine: { ...classic17_03, rules: { ...classic17_03.rules, shape } },
      dockerfile: readFileSync(join(folder, 'Dockerfile'), 'utf8'),
      context,
      ...(buildArgs && { buildArgs }),
      ...(labels && { labels }),
      ...(cacheFrom && { cacheFrom }),
      ...(target && { target }),
      ...(noCache && { noCache }),
    },
  )
  return prediction
}

function argumentsOf({ buildArgs = {}, labels = {}, cacheFrom = [], target, noCache, tag }: Build): string[] {
  return [
    ...Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...cacheFrom.flatMap((reference) => ['--cache-from', reference]),
    ...(target ? ['--target', target] : []),
    ...(noCache ? ['--no-cache'] : []),
    ...(tag ? ['-t', tag] : []),
  ]
}

interface Built {
  readonly title: string
  /** How many of its steps came from the cache, and how many ran: more than one each where a base has triggers. */
  readonly hits: number
  /** Twelve digits. */
  readonly image: string
}

/** `Step 2/7 : ENV A=1`, ` ---> Using cache`, ` ---> 0123456789ab`. */
function readOutput(output: string): Built[] {
  return output
    .split(/^Step /m)
    .slice(1)
    .map((text) => ({
      title: text.split('\n', 1)[0]!,
      hits: text.split(' ---> Using cache').length - 1,
      image: / ---> ([0-9a-f]{12})\n(?![\s\S]* ---> [0-9a-f]{12}\n)/.exec(text)?.[1] ?? '',
    }))
}

function* verdicts({ steps }: Prediction, built: readonly Built[]): Generator<string> {
  const numbers = new Set(steps.map(({ number }) => number))
  if (numbers.size !== built.length) yield `${built.length} steps, predicted ${numbers.size}`
  for (const [index, { title, hits, image }] of built.entries()) {
    const own = steps.filter(({ number }) => number === index + 1)
    const last = own.at(-1)!
    const predicted = own.filter(({ status }) => status === 'hit').length
    if (`${last.number}/${last.of} : ${own[0]!.text}` !== title) yield `step ${title}, predicted ${own[0]!.text}`
    if (predicted !== hits) yield `step ${title}: ${hits} from the cache, predicted ${predicted}`
    if (last.status === 'hit' && last.image!.slice(7, 19) !== image)
      yield `step ${title}: ${image}, predicted ${last.image}`
  }
}
