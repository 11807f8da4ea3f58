import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { EXAMPLE, ROOT, temporary } from './layerfold.ts'

it('layerfold explain -f Dockerfile --cache-from docker-archive:app.tar . works from a packed install', () => {
  const dir = temporary()
  const npm = (...args: string[]): string =>
    execFileSync('npm', [...args, '--silent', '--ignore-scripts'], { cwd: dir, encoding: 'utf8' })
  const tarball = npm('pack', ROOT).trim()
  writeFileSync(join(dir, 'package.json'), '{ "private": true }')
  npm('install', '--offline', '--no-audit', '--no-fund', join(dir, tarball))
  expect(readdirSync(join(dir, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['layerfold'])

  const app = join(dir, 'app')
  cpSync(join(EXAMPLE, 'app'), app, { recursive: true })
  for (const name of ['app.tar', 'tiny.tar']) cpSync(join(EXAMPLE, name), join(app, name))
  writeFileSync(join(app, '.dockerignore'), '*.tar\n')
  const env = { PATH: process.env['PATH'], LAYERFOLD_STORE: join(dir, 'store') }
  const layerfold = (...args: string[]): string =>
    execFileSync(join(dir, 'node_modules/.bin/layerfold'), args, { cwd: app, env, encoding: 'utf8' })
  layerfold('import', 'tiny.tar')
  const told = layerfold('explain', '-f', 'Dockerfile', '--cache-from', 'docker-archive:app.tar', '.')
  expect(told).toContain('6 of 6 steps cached: a4eb5d377a49\n')
})
