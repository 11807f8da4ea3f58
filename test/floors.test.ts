import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The house plan (docs/architecture.md): a file imports its own folder and lower floors; folders on one floor never meet. */
const FLOOR: Readonly<Record<string, number>> = {
  'errors.ts': 0,
  'globals.d.ts': 0,
  persistent: 1,
  digest: 1,
  go: 1,
  image: 2,
  store: 3,
  cache: 4,
  import: 4,
  snapshot: 4,
  dockerfile: 5,
  classic: 6,
  buildkit: 6,
  buildah: 6,
  predict: 7,
  explain: 8,
  advice: 8,
  node: 9,
  cli: 10,
  'index.ts': 10,
}

const SRC = join(import.meta.dirname, '../src')
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

const roomOf = (file: string): string => file.split('/')[0]!

function importsOf(file: string, kinds: RegExp): string[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  return Array.from(text.matchAll(kinds), ([, target]) => relative(SRC, join(SRC, dirname(file), target!)))
}

const EVERY = /(?:import|export)[^'"]*?from '(\.[^']+)'/g
/** Types leave no trace at run time: only these make cycles. */
const VALUES = /(?:import|export) (?!type )[^'"]*?from '(\.[^']+)'/g

describe('the floors', () => {
  it.each(files)('%s stands on a floor and imports only its own folder and lower ones', (file) => {
    const floor = FLOOR[roomOf(file)]
    expect(floor).toBeDefined()
    const wrong = importsOf(file, EVERY).filter(
      (target) => roomOf(target) !== roomOf(file) && FLOOR[roomOf(target)]! >= floor!,
    )
    expect(wrong).toEqual([])
  })

  it('have no cycle of imports', () => {
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path, file].join(' → '))
      else if (!done.has(file)) for (const target of importsOf(file, VALUES)) visit(target, [...path, file])
      done.add(file)
    }
    const done = new Set<string>()
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('keep each file under 250 lines', () => {
    const long = files.filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 251)
    expect(long).toEqual([])
  })
})
