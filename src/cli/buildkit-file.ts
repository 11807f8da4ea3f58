import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildkitState } from '../buildkit/request.ts'
import { readBuildkit, saveBuildkit } from '../buildkit/saved.ts'
import { isLayerfoldError } from '../errors.ts'
import { badInput } from './io.ts'

const NAME = 'buildkit.json'

/** What `--remember` kept in that directory; `undefined` where nothing was kept yet. Throws bad input for another file of that name. */
export async function loadBuildkit(dir: string): Promise<BuildkitState | undefined> {
  const path = join(dir, NAME)
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  try {
    return readBuildkit(JSON.parse(text))
  } catch (error) {
    if (isLayerfoldError(error) || error instanceof SyntaxError)
      throw badInput(`${path} is not what --remember writes (${error.message}); take it away to begin anew`)
    throw error
  }
}

/** The old file or the new one, whatever happens. */
export async function keepBuildkit(dir: string, state: BuildkitState): Promise<void> {
  await mkdir(dir, { recursive: true })
  const part = join(dir, `${NAME}.${process.pid}.part`)
  await writeFile(part, JSON.stringify(saveBuildkit(state)))
  await rename(part, join(dir, NAME))
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}
