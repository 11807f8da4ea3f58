import type { Dockerfile } from '../dockerfile/parse.ts'
import { GoError } from '../go/error.ts'

/** Which stages a build needs, and what each starts from. */
export interface Plan {
  readonly target: number
  readonly needed: ReadonlySet<number>
  /** An earlier stage by its number, or the name of an image. */
  readonly bases: readonly (number | string)[]
  /** All stages by name. */
  readonly names: ReadonlyMap<string, number>
  readonly count: number
}

/** The target, and all that it reaches by FROM, `COPY --from` and mounts. Throws a `stage` GoError with the daemon's text. */
export function plan({ stages }: Dockerfile, baseNames: readonly string[], target: string | undefined): Plan {
  const names = new Map<string, number>()
  const bases = stages.map(({ name }, index) => {
    const base = names.get(baseNames[index]!) ?? baseNames[index]!
    if (name !== '') names.set(name, index)
    return base
  })
  const wanted = target ? names.get(target.toLowerCase()) : stages.length - 1
  if (wanted === undefined) throw new GoError('stage', `target stage ${target} could not be found`)
  const whole = { target: wanted, bases, names, count: stages.length }
  const sources = stages.map(({ instructions }) =>
    instructions.flatMap((instruction) => {
      if (instruction.kind === 'COPY') return instruction.from ? [stageOf(whole, instruction.from)] : []
      if (instruction.kind !== 'RUN') return []
      return (instruction.mounts ?? []).flatMap(mountSource).map((from) => stageNamed(whole, from))
    }),
  )
  const needs = sources.map((froms, index) => [bases[index]!, ...froms].filter((each) => typeof each === 'number'))
  return { ...whole, needed: reached(needs, wanted) }
}

function mountSource(mount: string): string[] {
  const field = mount.split(',').find((each) => /^from=/i.test(each))
  return field === undefined ? [] : [field.slice('from='.length)]
}

/** What a mount's `from` is: a stage by name; any other text, a number too, is the name of an image. */
export function stageNamed({ names }: Pick<Plan, 'names'>, from: string): number | string {
  return names.get(from.toLowerCase()) ?? from
}

/** What COPY's `--from` is: a stage by number or name, or an image. */
export function stageOf({ names, count }: Pick<Plan, 'names' | 'count'>, from: string): number | string {
  if (!/^[+-]?\d+$/.test(from)) return stageNamed({ names }, from)
  const index = Number(from)
  if (index < 0 || index >= count) throw new GoError('stage', `invalid stage index ${index}`)
  return index
}

function reached(needs: readonly (readonly number[])[], target: number): ReadonlySet<number> {
  const done = new Set<number>()
  const visit = (index: number, path: readonly number[]): void => {
    if (path.includes(index)) throw new GoError('stage', `circular dependency detected on stage: stage-${index}`)
    if (done.has(index)) return
    for (const next of needs[index]!) visit(next, [...path, index])
    done.add(index)
  }
  visit(target, [])
  return done
}
