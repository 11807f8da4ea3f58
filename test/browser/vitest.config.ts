import type { ViteUserConfig } from 'vitest/config'

/** `npm run test:browser`: needs Chromium and Firefox, which the other tests do not. */
const config: ViteUserConfig = { test: { include: ['test/browser/*.browser.ts'], testTimeout: 120_000 } }
export default config
