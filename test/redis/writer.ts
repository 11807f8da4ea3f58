/** Writes its images, waits for the others, and says what it holds then. Run by convergence.redis.ts: URL, number, images, processes. */
import { createClient } from 'redis'
import { openPersistentStore } from '../../src/snapshot/persistent/open.ts'
import { redisStorage } from '../../src/snapshot/redis.ts'
import { storeDigest } from '../../src/snapshot/snapshot.ts'
import { written } from './images.ts'

const [url, number, images, processes] = process.argv.slice(2) as [string, string, string, string]
const BATCH = 100

const client = await createClient({ url }).connect()
const open = await openPersistentStore(redisStorage(client), 'shared')
for (let from = 0; from < Number(images); from += BATCH) {
  await open.commit(written(await open.refresh(), Number(number), from, BATCH))
  console.log(`committed ${from + BATCH}`)
}
await client.sAdd('done', number)
while ((await client.sCard('done')) < Number(processes)) await new Promise((resolve) => setTimeout(resolve, 100))
console.log(`digest ${storeDigest(await open.refresh())} of ${open.store.size}`)
await open.close()
client.destroy()
