/** `npm run conformance -- PATH…`: replays recordings of real programs and says what differs. */
import { relative } from 'node:path'
import { replayFor } from './families.ts'
import { readRecording, recordingFiles, type Verdict } from './vector.ts'

const SHOWN = 5

async function main(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    console.error('usage: npm run conformance -- FILE_OR_FOLDER…')
    return 2
  }
  let passed = 0
  let failed = 0
  for (const path of recordingFiles(paths)) {
    const verdicts = await replay(path)
    const bad = verdicts.filter(({ differences }) => differences.length > 0)
    passed += verdicts.length - bad.length
    failed += bad.length
    console.log(
      `${bad.length === 0 ? 'ok  ' : 'FAIL'} ${relative('.', path)}  ${verdicts.length - bad.length} of ${verdicts.length}`,
    )
    for (const { name, differences } of bad.slice(0, SHOWN))
      console.log([`     ${name}`, ...differences].join('\n       '))
    if (bad.length > SHOWN) console.log(`     … and ${bad.length - SHOWN} more`)
  }
  if (passed + failed === 0) console.error(`no recording (.json, .json.gz) in ${paths.join(', ')}`)
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

/** What cannot be replayed has failed, and the next file is still asked. */
async function replay(path: string): Promise<readonly Verdict[]> {
  try {
    const recording = readRecording(path)
    return await replayFor(recording)(recording)
  } catch (error) {
    return [{ name: 'the file', differences: [error instanceof Error ? String(error.stack) : String(error)] }]
  }
}

process.exitCode = await main(process.argv.slice(2))
