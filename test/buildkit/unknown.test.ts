import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type BuildkitScenario, play, startWorld } from '../conformance/buildkit.ts'
import { readRecording, recordingFiles } from '../conformance/vector.ts'

const VECTORS = join(import.meta.dirname, '../vectors/buildkit/public')

it('never guesses: where nobody knows what steps wrote, each recorded verdict is foretold or said to depend', () => {
  const wrong: string[] = []
  let told = 0
  let open = 0
  for (const path of recordingFiles([VECTORS])) {
    const scenario = readRecording(path).json as unknown as BuildkitScenario
    const world = startWorld(scenario, false)
    for (const [index, op] of scenario.ops.entries()) {
      const prediction = play(world, scenario, op)
      if (op.op !== 'build' || !op.ok) continue
      for (const { stage, line, status, vertex, instruction } of op.steps) {
        if (vertex === null || /^FROM/i.test(instruction)) continue
        const step = prediction?.steps.find((each) => each.stage === stage && each.position?.line === line)
        if (step?.status === 'depends-on-output') {
          open++
          expect(step.dependsOn).toBeLessThan(step.number)
        } else if ((step?.status === 'hit' ? 'CACHED' : 'DONE') === status) told++
        else if (!op.merged.some((pair) => pair.includes(vertex))) wrong.push(`${path} ${index} ${instruction}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(told).toBeGreaterThan(1700)
  expect(open / (told + open)).toBeLessThan(0.05)
})
