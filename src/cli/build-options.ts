import type { ModePolicy } from '../dockerfile/sum.ts'
import {
  type EngineName,
  engineNames,
  engines,
  isBuildkitName,
  isClassicName,
  isEngineName,
} from '../predict/engines.ts'
import type { EngineState, PredictionRequest } from '../predict/predict.ts'
import { loadBuildkit } from './buildkit-file.ts'
import { buildkitRequest, buildkitSources } from './buildkit-options.ts'
import { type Call, flag, type Options, operandsOf, STORE, text, texts } from './command.ts'
import { storeDir, withSources } from './images.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { badInput, type Io } from './io.ts'
import { storeFile } from './store-file.ts'

/** The last Docker whose own builder was the classic one. */
const DEFAULT_ENGINE = 'docker20'

export const ENGINE: Options = {
  engine: {
    type: 'string',
    value: 'NAME',
    help: `Whose rules: ${engineNames.join(', ')} (default: ${DEFAULT_ENGINE})`,
  },
}

/** What `docker build` takes that no cache look-up depends on, so that its command line can be used as it is. */
const WITHOUT_EFFECT: Options = {
  tag: { type: 'string', short: 't', multiple: true },
  quiet: { type: 'boolean', short: 'q' },
  rm: { type: 'boolean' },
  'force-rm': { type: 'boolean' },
  compress: { type: 'boolean' },
  iidfile: { type: 'string' },
  memory: { type: 'string', short: 'm' },
  'shm-size': { type: 'string' },
  ulimit: { type: 'string', multiple: true },
  progress: { type: 'string' },
  secret: { type: 'string', multiple: true },
  ssh: { type: 'string', multiple: true },
  output: { type: 'string', short: 'o', multiple: true },
  push: { type: 'boolean' },
  'cache-to': { type: 'string', multiple: true },
}

export const BUILD: Options = {
  file: {
    type: 'string',
    short: 'f',
    value: 'FILE',
    help: 'The Dockerfile; - is standard input (default: CONTEXT/Dockerfile)',
  },
  'cache-from': {
    type: 'string',
    multiple: true,
    value: 'IMAGE',
    help: 'An image of the store, or docker-archive:FILE[:IMAGE]; for BuildKit also type=local,src=DIR; may be repeated',
  },
  load: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Images of a docker save file, for this run only; may be repeated',
  },
  'build-arg': {
    type: 'string',
    multiple: true,
    value: 'NAME[=VALUE]',
    help: 'A build argument; without a value, from the environment',
  },
  label: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'A label for the image' },
  target: { type: 'string', value: 'STAGE', help: 'The stage to build' },
  platform: { type: 'string', value: 'OS/ARCH', help: 'The platform to build for' },
  'no-cache': { type: 'boolean', help: 'Ask the cache nothing' },
  network: { type: 'string', value: 'MODE', help: 'The network of RUN: BuildKit counts it' },
  'add-host': { type: 'string', multiple: true, value: 'HOST:IP', help: 'A host for RUN: BuildKit counts its name' },
  ...ENGINE,
  'docker-version': {
    type: 'string',
    value: 'TEXT',
    help: 'What the daemon calls itself (20.10.24+dfsg1): part of the ids of restored images',
  },
  ...STORE,
  ...WITHOUT_EFFECT,
}

/** How the client of that Docker writes modes. */
export function modesOf(engine: string): ModePolicy {
  return /^docker(?:1_|17|2[0-3])/.test(engine) ? 'cli23' : 'cli24'
}

/** Throws bad input. */
export function engineOf(call: Call): EngineName {
  const engine = text(call, 'engine') ?? DEFAULT_ENGINE
  if (!isEngineName(engine)) throw badInput(`--engine ${engine}: there are ${engineNames.join(', ')}`)
  return engine
}

/** What the command line asks for, with all files read. */
export async function readRequest(
  call: Call,
  io: Io,
  usage: string,
): Promise<[before: EngineState, request: PredictionRequest & Inputs]> {
  const [word] = operandsOf(call, 1, 1, usage)
  const name = engineOf(call)
  const inputs = await readInputs(word!, text(call, 'file'), modesOf(name), io)
  const dir = storeDir(call, io)
  const isBuildkit = isBuildkitName(name)
  const sources = texts(call, 'cache-from')
  const [named, caches] = isBuildkit ? await buildkitSources(sources) : [sources]
  const kept = await storeFile.load(dir)
  const [images, cacheFrom] = await withSources(kept, texts(call, 'load'), named, io)
  const buildkit = isBuildkit ? await loadBuildkit(dir) : undefined
  const [target, platform] = [text(call, 'target'), text(call, 'platform')]
  const request: PredictionRequest & Inputs = {
    ...inputs,
    engine: versioned(name, text(call, 'docker-version')),
    cacheFrom,
    buildArgs: buildArgsOf(texts(call, 'build-arg'), io),
    labels: Object.fromEntries(texts(call, 'label').map(pair)),
    noCache: flag(call, 'no-cache'),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(isBuildkit && buildkitRequest(call, word!)),
    ...(caches && { caches }),
  }
  return [{ images, ...(buildkit && { buildkit }) }, request]
}

/** BuildKit and Buildah restore no images: what a daemon calls itself changes nothing there. */
function versioned(name: EngineName, dockerVersion: string | undefined): PredictionRequest['engine'] {
  if (dockerVersion === undefined || !isClassicName(name)) return name
  const engine = engines[name]
  return { ...engine, rules: { ...engine.rules, shape: { ...engine.rules.shape, dockerVersion } } }
}

export function buildArgsOf(entries: readonly string[], io: Io): Readonly<Record<string, string | null>> {
  return Object.fromEntries(entries.map((entry) => buildArg(entry, io)))
}

function buildArg(entry: string, { env }: Io): [name: string, value: string | null] {
  return entry.includes('=') ? pair(entry) : [entry, (Object.hasOwn(env, entry) ? env[entry] : undefined) ?? null]
}

function pair(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}
