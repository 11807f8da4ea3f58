#!/usr/bin/env node
import manifest from '../../package.json' with { type: 'json' }
import { run } from './run.ts'

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort()) // a second ^C ends it at once
process.once('SIGTERM', () => interrupted.abort())

/** `layerfold ls | head`: who has read enough may go. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: { readonly code?: string }) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') process.exitCode = 2
  })
}

const { stdin, stdout, stderr, env } = process
const code = await run(
  process.argv.slice(2),
  { stdin, stdout, stderr, env, signal: interrupted.signal },
  manifest.version,
)
process.exitCode ??= code
if (interrupted.signal.aborted) process.exit(code) // whatever is still open
