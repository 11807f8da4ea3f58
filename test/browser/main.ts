/** `npm run test:browser -- [chromium|firefox]`: every suite in real browsers. Debian's `chromium` and `firefox-esr` are looked for; CHROMIUM and FIREFOX name others. */
import { type BrowserName, type BrowserSuite, launch, runTest, serve } from './harness.ts'
import { page } from './page.ts'

const SUITES: readonly BrowserSuite[] = [page]

const asked = process.argv.slice(2)
const names = (['chromium', 'firefox'] as const).filter((name) => asked.length === 0 || asked.includes(name))
let [passed, failed] = [0, 0]
for (const { name: suite, folder, tests } of SUITES) {
  console.log(suite)
  const { url, close } = await serve(await folder())
  for (const name of names) await runSuite(name, tests, url)
  close()
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)

async function runSuite(name: BrowserName, tests: BrowserSuite['tests'], url: string): Promise<void> {
  const browser = await launch(name)
  try {
    for (const test of tests) {
      if (test.only !== undefined && test.only.browser !== name) {
        console.log(`not in ${name}: ${test.title}: ${test.only.why}`)
        continue
      }
      if (await runTest(test, { browser, name, url })) passed++
      else failed++
    }
  } finally {
    await browser.close()
  }
}
