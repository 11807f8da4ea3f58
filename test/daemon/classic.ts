/** The classic builder of a real daemon, predicted from what the daemon has on its disk before each build. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { classic17_03 } from '../../src/classic/engines.ts'
import type { PredictedStep, Prediction } from '../../src/dockerfile/prediction.ts'
import { isLayerfoldError } from '../../src/errors.ts'
import type { Config } from '../../src/image/config.ts'
import type { ImageID } from '../../src/image/image.ts'
import { readDirectory } from '../../src/node/read-directory.ts'
import { predict } from '../../src/predict/predict.ts'
import { findImage, searchImages } from '../../src/store/read.ts'
import type { ImageStore } from '../../src/store/store.ts'
import { type Daemon, folderOf } from './daemon.ts'
import { randomOf } from './edits.ts'
import { randomBuild } from './random-builds.ts'
import { type Build, SCENARIOS } from './scenarios.ts'

export interface Verdict {
  readonly title: string
  readonly differences: readonly string[]
}

export async function* compareScenarios(daemon: Daemon): AsyncGenerator<Verdict> {
  for (const [name, builds] of Object.entries(SCENARIOS)) {
    for (const build of builds) {
      for (const command of build.before ?? []) daemon.docker(...command)
      const { ok, output, differences } = await compare(daemon, build)
      yield {
        title: `${name}: ${build.title}`,
        differences: ok ? differences : [`the build failed: ${output.slice(-500)}`],
      }
    }
  }
}

/** Each build twice: what hits the second time has the key that was predicted the first time. Most of them can be built. */
export async function* compareRandom(daemon: Daemon, seed: number, count: number): AsyncGenerator<Verdict> {
  const random = randomOf(seed)
  for (let number = 0; number < count; ) {
    const build = randomBuild(random)
    if (!isBuildable(daemon, build) && random(100)) continue
    number++
    const first = await compare(daemon, build)
    const again = first.ok && first.differences.length === 0 ? await compare(daemon, build) : undefined
    const differences = [...first.differences, ...(again?.differences ?? [])]
    yield { title: `random ${number}`, differences: differences.length > 0 ? [build.dockerfile, ...differences] : [] }
  }
}

function isBuildable(daemon: Daemon, { dockerfile, buildArgs = {} }: Build): boolean {
  const [, { outcome }] = predict(
    { images: daemon.images() },
    { engine: 'docker20', dockerfile, buildArgs, context: ANY },
  )
  return outcome === 'built'
}

/** Something for the commonest paths to find. */
const ANY = {
  entries: ['a', 'b.txt', 'dir/c', 'we ird', '[x]'].map((path) => {
    const header = { mode: 0o100644, uid: 0, gid: 0, size: 0, sum: '0'.repeat(64) }
    return { path, type: 'file' as const, ...header }
  }),
}

interface Compared {
  readonly ok: boolean
  readonly output: string
  readonly differences: readonly string[]
}

async function compare(daemon: Daemon, build: Build): Promise<Compared> {
  const folder = folderOf({ Dockerfile: build.dockerfile, ...build.files })
  const read = await readDirectory(folder, { modes: 'cli23' }).catch((error: unknown) => error as Error)
  try {
    if (read instanceof Error) return refusedByClient(daemon, folder, read)
    const [next, prediction] = predictFrom(daemon, build, folder, read.context)
    const { ok, output } = daemon.build(folder, argumentsOf(build))
    const built = readOutput(output)
    const outcome = differentOutcome(prediction, ok, output)
    const steps = prediction.outcome === 'unparsed' ? [] : [...verdicts(daemon, next.images, prediction, built)]
    return { ok, output, differences: [...outcome, ...steps] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A .dockerignore that the client itself does not take. */
function refusedByClient(daemon: Daemon, folder: string, error: Error): Compared {
  if (!isLayerfoldError(error)) throw error
  const { ok, output } = daemon.build(folder, [])
  return { ok, output, differences: ok ? [`built, though ${error.message}`] : [] }
}

function predictFrom(
  daemon: Daemon,
  build: Build,
  folder: string,
  context: Awaited<ReturnType<typeof readDirectory>>['context'],
) {
  const { buildArgs, labels, cacheFrom, target, noCache } = build
  const shape = { ...classic17_03.rules.shape, dockerVersion: daemon.version }
  return predict(
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

function differentOutcome({ outcome, problems, error }: Prediction, ok: boolean, output: string): string[] {
  const why = problems[0]?.text ?? error?.text
  if (ok) return outcome === 'built' ? [] : [`built, predicted: ${why}`]
  if (outcome === 'built') return [`predicted to be built: ${output.slice(-400)}`]
  return output.includes(why!) ? [] : [`${output.slice(-400)}, predicted: ${why}`]
}

interface Built {
  readonly title: string
  /** How many of its steps came from the cache, and how many ran: more than one each where a base has triggers. */
  readonly hits: number
  /** Twelve digits; empty where it has none. */
  readonly image: string
}

/** `Step 2/7 : ENV A=1`, ` ---> Using cache`, ` ---> 0123456789ab`. A warning may stand before it on its line. */
function readOutput(output: string): Built[] {
  return output
    .split(/Step (?=\d+\/\d+ : )/)
    .slice(1)
    .map((text) => ({
      title: text.split('\n', 1)[0]!,
      hits: text.split(' ---> Using cache').length - 1,
      image: / ---> ([0-9a-f]{12})\n(?![\s\S]* ---> [0-9a-f]{12}\n)/.exec(text)?.[1] ?? '',
    }))
}

function* verdicts(
  daemon: Daemon,
  images: ImageStore,
  { steps, outcome }: Prediction,
  built: readonly Built[],
): Generator<string> {
  const numbers = new Set(steps.map(({ number }) => number))
  if (outcome === 'built' && numbers.size !== built.length) yield `${built.length} steps, predicted ${numbers.size}`
  const real = daemon.images()
  for (const [index, { title, hits, image }] of built.entries()) {
    const own = steps.filter(({ number }) => number === index + 1)
    const last = own.at(-1)
    if (last === undefined) return
    const predicted = own.filter(({ status }) => status === 'hit').length
    if (`${last.number}/${last.of} : ${own[0]!.text}` !== title) yield `step ${title}, predicted ${own[0]!.text}`
    if (predicted !== hits) yield `step ${title}: ${hits} from the cache, predicted ${predicted}`
    if (last.status === 'hit' && last.image!.slice(7, 19) !== image)
      yield `step ${title}: ${image}, predicted ${last.image}`
    if (image !== '') yield* differentImages(title, [real, image], [images, last])
  }
}

/** What the step's image says of itself, but for what no prediction knows: its container's name. */
function* differentImages(
  title: string,
  [real, start]: readonly [ImageStore, string],
  [images, { image }]: readonly [ImageStore, PredictedStep],
): Generator<string> {
  const id = idOf(real, start)
  const [was, is] = [id && findImage(real, id), image && findImage(images, image)]
  if (!was || !is) return
  for (const field of ['config', 'containerConfig'] as const) {
    const [a, b] = [shown(was[field]), shown(is[field])]
    if (a !== b) yield `step ${title}: ${field} ${a}, predicted ${b}`
  }
}

function idOf(store: ImageStore, start: string): ImageID | undefined {
  const found = searchImages(store, start)
  return found.outcome === 'found' ? found.id : undefined
}

function shown(config: Config | undefined): string {
  const known = { ...config, Hostname: '', Image: '' }
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(known)
        .filter(([, value]) => value !== undefined)
        .sort(),
    ),
  )
}
