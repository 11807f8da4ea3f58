/** The server of load.ts: says its port, and on being asked how much memory it holds. */
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { edgeCheck } from './handler.ts'
import { fileBinding, serve } from './server.ts'

const server = serve(edgeCheck({ snapshots: fileBinding(process.argv[2]!) }), 0)
server.on('listening', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
process.on('message', async () => {
  await setTimeout(200) // what is about to be let go
  for (let times = 0; times < 4; times++) (globalThis as { gc?: () => void }).gc?.()
  const { heapUsed, external } = process.memoryUsage()
  process.send?.(heapUsed + external)
})
