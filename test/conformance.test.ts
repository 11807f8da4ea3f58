import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

  it('are all asked, however one of them fails', () => {
    const dir = mkdtempSync(join(tmpdir(), 'layerfold-conformance-'))
    try {
      writeFileSync(join(dir, 'a.json'), '{')
      writeFileSync(join(dir, 'b.json'), '{ "family": "nonsense" }')
      writeFileSync(join(dir, 'c.json'), '{ "family": "chainid", "revision": "25", "cases": [] }')
      const main = join(import.meta.dirname, 'conformance/main.ts')
      const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', main, dir], { encoding: 'utf8' })
      expect(stdout).toMatch(/FAIL .*a\.json.*\n.*SyntaxError/s)
      expect(stdout).toMatch(/FAIL .*b\.json.*unknown family "nonsense"/s)
      expect(stdout).toMatch(/ok {3}.*c\.json/)
      expect({ status, end: stdout.trimEnd().split('\n').at(-1) }).toEqual({ status: 1, end: '0 passed, 2 failed' })
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
