import { digestOf } from '../digest/digest.ts'
import type { StepRun, StepToRun } from '../dockerfile/request.ts'
import { writeGoString } from '../go/text.ts'

const MAKES_A_LAYER: readonly string[] = ['RUN', 'COPY', 'ADD', 'WORKDIR']

/**
 * A step as it runs where nothing runs: it succeeds one second after its parent was created, and its container and layer are named by what it starts from and what
 * it does. The same step gives the same image, so that a second predicted build hits it.
 */
export function simulateStep({ instruction, parent, parentCreated, createdBy }: StepToRun): StepRun {
  const name = digestOf<'diff'>(writeGoString(['layerfold', parent ?? '', createdBy].join('\0')))
  const created = { seconds: (parentCreated?.seconds ?? 0) + 1, nanos: 0, zone: 'Z' } as const
  const diffID = MAKES_A_LAYER.includes(instruction) ? name : undefined
  return { outcome: 'ran', created, container: name.slice('sha256:'.length), diffID }
}
