import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Check {
  readonly name: string
  readonly fault?: string
}

/** What publint and are-the-types-wrong say of the installed package. */
export async function packageChecks(dir: string): Promise<Check[]> {
  const { version } = JSON.parse(readFileSync(join(dir, 'node_modules/layerfold/package.json'), 'utf8')) as {
    readonly version: string
  }
  return [
    run('publint', dir, ['node_modules/publint/src/cli.js', 'node_modules/layerfold', '--strict']),
    run('are the types wrong?', dir, [
      'node_modules/@arethetypeswrong/cli/dist/index.js',
      `layerfold-${version}.tgz`,
      '--profile',
      'esm-only',
      '--no-emoji',
    ]),
  ]
}

function run(name: string, cwd: string, args: readonly string[]): Check {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 120_000 })
  const said = `${stdout}${stderr}`
  console.log(`\n${name}: ${status === 0 ? 'clean' : said}`)
  return status === 0 ? { name } : { name, fault: said }
}
