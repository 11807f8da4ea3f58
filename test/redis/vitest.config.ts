import type { ViteUserConfig } from 'vitest/config'

/** `npm run test:redis`: needs a redis-server, which the other tests do not. */
const config: ViteUserConfig = { test: { include: ['test/redis/*.redis.ts'], testTimeout: 120_000 } }
export default config
