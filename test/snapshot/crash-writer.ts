/** Commits one state after the other until it is killed, and says on stdout which one is kept. Run by crash.test.ts. */
import { writeSync } from 'node:fs'
import { fileStorage } from '../../src/snapshot/fs.ts'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import { crashState } from './crash-states.ts'

const [directory, from] = process.argv.slice(2)
const open = await openPersistentStore(fileStorage(directory!), 'a')
for (let n = Number(from); ; n++) {
  await open.commit(crashState(open.store, n))
  writeSync(1, `${n}\n`)
  if (n % 5 === 0) void open.compact() // beside the next commits
}
