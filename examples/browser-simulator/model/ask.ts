/** From what is typed to what is asked: no guess is made here, and every verdict is `predict`'s. */
import { type BuildContext, contextOf } from 'layerfold/dockerfile'
import type { PredictionRequest } from 'layerfold/predict'
import type { Flags, Inputs, PageFiles } from './state.ts'

/** The request, or why the client would not even send it. */
export type Asked =
  | { readonly outcome: 'request'; readonly request: PredictionRequest }
  | { readonly outcome: 'error'; readonly where: 'files'; readonly text: string }

export function ask({ dockerfile, files, flags }: Inputs): Asked {
  const context = contextIn(files, dockerfile)
  if ('error' in context) return { outcome: 'error', where: 'files', text: context.error }
  const { engine, target, platform, noCache } = flags
  const buildArgs = readBuildArgs(flags.buildArgs)
  const cacheFrom = words(flags.cacheFrom)
  const request: PredictionRequest = {
    engine,
    dockerfile,
    context: context.context,
    contentOf: contentIn(files, dockerfile),
    buildArgs,
    cacheFrom,
    noCache,
    ...(target.trim() && { target: target.trim() }),
    ...(platform.trim() && { platform: platform.trim() }),
  }
  return { outcome: 'request', request }
}

const encoder = new TextEncoder()

/** BuildKit and Buildah look into copied files. */
function contentIn(files: PageFiles, dockerfile: string): (path: string) => Uint8Array | undefined {
  return (path) => {
    const content = path === 'Dockerfile' ? dockerfile : files[path]?.content
    return typeof content === 'string' ? encoder.encode(content) : content
  }
}

type Read = { readonly context: BuildContext } | { readonly error: string }

/** Files are hashed anew only when one changes: the record of files is the key. */
const known = new WeakMap<PageFiles, Read>()

/** What the client would send: the files, and the Dockerfile among them, which `COPY . .` copies as any other. */
export function contextIn(files: PageFiles, dockerfile: string): Read {
  const found = known.get(files) ?? readFiles(files)
  known.set(files, found)
  if ('error' in found) return found
  const own = contextOf({ Dockerfile: dockerfile }).entries[0]!
  const entries = found.context.entries.map((entry) => (entry.path === own.path ? own : entry))
  return { context: { ...found.context, entries } }
}

/** With an empty Dockerfile, in whose place the real one is put. */
function readFiles(files: PageFiles): Read {
  try {
    return { context: contextOf({ ...files, Dockerfile: '' }) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** `NAME=value` a line; `NAME` alone is a variable that the client does not have. */
export function readBuildArgs(text: string): Readonly<Record<string, string | null>> {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)]
    }),
  )
}

export function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

/** Which field a failure without a step belongs to. */
export function fieldOf(text: string, { target, platform }: Flags): 'target' | 'platform' | undefined {
  if (target.trim() && text.includes('build target')) return 'target'
  return platform.trim() && text.includes(platform.trim()) ? 'platform' : undefined
}
