import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replayFor } from './conformance/families.ts'
import { readRecording, recordingFiles } from './conformance/vector.ts'

describe('the recordings of the real Go code', () => {
  it.each(recordingFiles([join(import.meta.dirname, 'vectors')]))('%s', async (path) => {
    const recording = readRecording(path)
    const verdicts = await replayFor(recording)(recording)
    expect(verdicts.length).toBeGreaterThan(0)
    expect(verdicts.filter(({ differences }) => differences.length > 0)).toEqual([])
  })

  it('are refused when their family is unknown', () => {
    expect(() => replayFor({ path: 'x.json', json: { family: 'nonsense' } })).toThrow(/unknown family/)
  })
})
