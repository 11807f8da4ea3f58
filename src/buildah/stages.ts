import type { Dockerfile, Stage } from '../dockerfile/parse.ts'
import { GoError } from '../go/error.ts'

/** The stages that a build runs, in their order: the target, and what it needs. Throws a `stage` GoError. */
export function neededStages(
  stages: Dockerfile['stages'],
  bases: readonly string[],
  target: string | undefined,
): ReadonlySet<number> {
  const named = (name: string, before: number): number =>
    stages.findIndex((stage, at) => at < before && isCalled(stage, name))
  const wanted = target
    ? stages.findIndex((stage, at) => isCalled(stage, target) || String(at) === target)
    : stages.length - 1
  if (wanted < 0) throw new GoError('stage', `The target "${target}" was not found in the provided Dockerfile`)
  const needed = new Set<number>()
  const need = (index: number): void => {
    if (needed.has(index)) return
    needed.add(index)
    for (const name of [bases[index]!, ...sourcesOf(stages[index]!)]) {
      const source = /^\d+$/.test(name) && name !== bases[index] ? Number(name) : named(name, index)
      if (source >= 0 && source < index) need(source)
    }
  }
  need(wanted)
  return needed
}

function isCalled({ name }: Stage, text: string): boolean {
  return name !== '' && name === text.toLowerCase()
}

function sourcesOf({ instructions }: Stage): string[] {
  return instructions.flatMap((instruction) => {
    if (instruction.kind === 'COPY' && instruction.from) return [instruction.from]
    if (instruction.kind !== 'RUN') return []
    return (instruction.mounts ?? []).flatMap((mount) => /(?:^|,)from=([^,]*)/i.exec(mount)?.[1] ?? [])
  })
}
