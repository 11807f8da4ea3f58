import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CacheRecord } from '../../src/buildkit/inline.ts'
import type { Prediction } from '../../src/dockerfile/prediction.ts'
import { type Ended, EXAMPLE, layerfold, MAIN, start, temporary } from './layerfold.ts'

const BUILD = ['--load', 'tiny.tar', '--cache-from', 'docker-archive:app.tar', '--docker-version', '20.10.24+dfsg1']
const dockerfile = readFileSync(join(EXAMPLE, 'app/Dockerfile'), 'utf8')
const edited = dockerfile.replace('echo one', 'echo 1')

async function stored(): Promise<Record<string, string>> {
  const env = { LAYERFOLD_STORE: join(temporary(), 'store') }
  expect(await layerfold(['import', 'tiny.tar', 'app.tar'], { env })).toMatchObject({ code: 0 })
  return env
}

const json = ({ stdout }: Ended) => JSON.parse(stdout)

describe('predict', () => {
  it('says what the real daemon reused', async () => {
    const { code, stdout, stderr } = await layerfold(['predict', ...BUILD, 'app'])
    expect(stdout).toBe(
      `1/7  FROM tiny                           00fee59b6bff
2/7  ENV A=1              HIT  restored  d61a26636e81
3/7  COPY a /a            HIT  restored  a9b27425a1f2
4/7  RUN echo one > /one  HIT  restored  85d542781486
5/7  LABEL l=1            HIT  restored  643310d8912d
6/7  RUN echo two > /two  HIT  restored  8394f7bfd44b
7/7  CMD ["x"]            HIT  source    a4eb5d377a49
6 of 6 steps cached: a4eb5d377a49
`,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('ends with 1 when --require-cache is not met, and with 0 when it is', async () => {
    expect(await layerfold(['predict', '--require-cache', ...BUILD, 'app'])).toMatchObject({ code: 0 })
    const missed = await layerfold(['predict', '--require-cache', ...BUILD, '-f', '-', 'app'], { input: edited })
    expect(missed).toMatchObject({ code: 1 })
    const failed = await layerfold(['predict', '--require-cache', 'app'])
    expect(failed).toMatchObject({ code: 1 })
  })

  it('gives the prediction as JSON', async () => {
    const prediction = json(await layerfold(['predict', '--json', ...BUILD, 'app']))
    expect(prediction).toMatchObject({ engine: 'docker17_03', outcome: 'built' })
    expect(prediction.image).toMatch(/^sha256:a4eb5d377a49/)
    expect(prediction.steps).toHaveLength(7)
  })

  it('takes the flags of docker build', async () => {
    const flags = [
      '-t',
      'a:1',
      '--rm',
      '-q',
      '--network',
      'none',
      '--platform',
      'linux/amd64',
      '--target',
      'b',
      '--label',
      'x=y',
    ]
    const input = 'FROM tiny AS a\nARG V\nRUN echo $V\nFROM tiny AS b\nARG V\nARG W\nRUN echo $V$W\nFROM a\n'
    const call = ['predict', '--json', ...flags, '--build-arg', 'V=1', '--build-arg', 'W', ...BUILD, '-f', '-', 'app']
    const { steps } = json(await layerfold(call, { input, env: { W: 'from the environment' } }))
    expect(steps.at(-2).config.Cmd.join(' ')).toContain('|2 V=1 W=from the environment /bin/sh -c echo $V$W')
    expect(steps.at(-1).text).toBe('LABEL x=y')
    expect(steps.map(({ instruction }: { instruction: string }) => instruction)).not.toContain('COPY')
  })

  it('has no value for a --build-arg that only JavaScript knows', async () => {
    const input = 'FROM scratch\nARG constructor\nRUN make\n'
    const call = ['predict', '--json', '--engine', 'docker20', '--build-arg', 'constructor', '-f', '-', 'app']
    const { steps } = json(await layerfold(call, { input }))
    expect(steps.at(-1).config.Cmd).toEqual(['/bin/sh', '-c', 'make'])
  })

  it('reads a tar, a context value, and a lone Dockerfile on standard input', async () => {
    const dir = temporary()
    const tar = join(dir, 'context.tar')
    execFileSync('tar', ['--owner=0', '--group=0', '-cf', tar, '-C', join(EXAMPLE, 'app'), '.'])
    const value = join(dir, 'context.json')
    writeFileSync(value, (await layerfold(['context', 'app'])).stdout)
    const last = async (...args: string[]) =>
      (await layerfold(['predict', ...BUILD, ...args], { input: readFileSync(tar) })).stdout
    expect(await last('-f', 'app/Dockerfile', value)).toContain('6 of 6 steps cached')
    expect(await last(tar)).toBe(await last('-'))
    expect(await last(tar)).toContain('COPY a /a')
    const lone = await layerfold(['predict', ...BUILD, '-'], { input: 'FROM tiny\nENV A=1\n' })
    expect(lone.stdout).toContain('1 of 1 steps cached')
  })

  it('finds the Dockerfile inside the directory, wherever it is called from, and one outside of it', async () => {
    const dir = temporary()
    mkdirSync(join(dir, 'context/sub'), { recursive: true })
    writeFileSync(join(dir, 'context/sub/Other'), 'FROM tiny\nENV A=1\n')
    writeFileSync(join(dir, 'Outside'), 'FROM tiny\nENV A=2\n')
    const inside = await layerfold(['predict', ...BUILD, '-f', join(dir, 'context/sub/Other'), join(dir, 'context')])
    expect(inside.stdout).toContain('1 of 1 steps cached')
    const outside = await layerfold(['predict', ...BUILD, '-f', join(dir, 'Outside'), join(dir, 'context')])
    expect(outside.stdout).toContain('ENV A=2')
  })

  it('refuses an engine that is none, and tells which there are', async () => {
    const { code, stderr } = await layerfold(['predict', '--engine', 'podman', 'app'])
    expect(code).toBe(2)
    expect(stderr).toContain('docker20')
  })

  it('does not let a Dockerfile speak to the terminal', async () => {
    const { stdout } = await layerfold(['predict', ...BUILD, '-f', '-', 'app'], {
      input: 'FROM tiny\nRUN echo \u001b[2J\n',
    })
    expect(stdout).toContain('\\u001b[2J')
    expect(stdout).not.toContain('\u001b')
  })
})

describe('the other engines', () => {
  it('answer by name', async () => {
    const dir = temporary()
    writeFileSync(join(dir, 'Dockerfile'), 'FROM tiny\nCOPY a /\nRUN make\n')
    writeFileSync(join(dir, 'a'), 'one')
    for (const engine of ['buildkit', 'buildkit0_11', 'buildah']) {
      const prediction = json(await layerfold(['predict', '--json', '--load', 'tiny.tar', '--engine', engine, dir]))
      expect(prediction).toMatchObject({ engine, outcome: 'built' })
      expect(prediction.steps.map(({ status }: { status: string }) => status).slice(0, 2)).toEqual([
        'not-cacheable',
        'miss',
      ])
    }
  })
})

describe('advise', () => {
  const files = {
    Dockerfile: 'FROM tiny\nARG V\nCOPY . .\nRUN npm ci\nRUN make\nLABEL v=$V\n',
    'package.json': '{}',
    a: '1',
  }

  function folder(): string {
    const dir = temporary()
    for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
    return dir
  }

  it('says what an edit costs, and what would save', async () => {
    const { code, stdout } = await layerfold(['advise', '--load', 'tiny.tar', '--touch', 'a', folder()])
    expect(code).toBe(0)
    expect(stdout).toContain('docker20      3  COPY . ., RUN npm ci, RUN make\n')
    expect(stdout).toContain('buildkit      3  COPY . ., RUN npm ci, RUN make\n')
    expect(stdout).toContain('Copy package.json alone, then “RUN npm ci”')
    expect(stdout).toContain('saves docker20 1, docker26 1, buildkit 1, buildkit0_11 1, buildah 1')
  })

  it('takes another build argument, and gives the file as it should be', async () => {
    const args = ['--load', 'tiny.tar', '--build-arg', 'V=1', '--next-build-arg', 'V=2', '--json', folder()]
    const { engines, suggestions } = json(await layerfold(['advise', ...args]))
    expect(engines.find(({ engine }: { engine: string }) => engine === 'docker20')).toEqual({
      engine: 'docker20',
      steps: ['RUN npm ci', 'RUN make'],
    })
    expect(suggestions.map(({ code }: { code: string }) => code)).toContain('arg-late')
    const late = suggestions.find(({ code }: { code: string }) => code === 'arg-late')
    expect(late.dockerfile).toBe('FROM tiny\nCOPY . .\nRUN npm ci\nRUN make\nARG V\nLABEL v=$V\n')
  })

  it('wants to know the edit, and a file that is there', async () => {
    expect(await layerfold(['advise', '--load', 'tiny.tar', folder()])).toMatchObject({ code: 2 })
    const { code, stderr } = await layerfold(['advise', '--load', 'tiny.tar', '--touch', 'none', folder()])
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'layerfold: --touch none: the context has no such file\n' })
  })
})

describe('explain', () => {
  it('says why, in words and in data', async () => {
    const call = ['explain', ...BUILD, '-f', '-', 'app']
    const { code, stdout } = await layerfold(call, { input: edited })
    expect(code).toBe(0)
    expect(stdout).toContain('“echo one > /one” and is now “echo 1 > /one”')
    expect(stdout).toContain('2 of 6 steps cached')
    const { explanations } = json(await layerfold([...call, '--json'], { input: edited }))
    expect(explanations[0]).toMatchObject({ number: 4, cause: { code: 'command', now: '/bin/sh -c echo 1 > /one' } })
  })

  it('tells the file that changed since an earlier context', async () => {
    const dir = temporary()
    cpSync(join(EXAMPLE, 'app'), dir, { recursive: true })
    const before = join(temporary(), 'before.json')
    writeFileSync(before, (await layerfold(['context', dir])).stdout)
    writeFileSync(join(dir, 'a'), 'another')
    const { stdout } = await layerfold(['explain', ...BUILD, '--previous-context', before, '--json', dir])
    expect(JSON.parse(stdout).explanations[0].number).toBe(3)
    const diff = await layerfold(['diff', '--json', before, before])
    expect(json(diff)).toEqual([])
  })

  it('tells what to do when the base is not there', async () => {
    const { stdout, stderr } = await layerfold(['explain', '--cache-from', 'docker-archive:app.tar', 'app'])
    expect(stdout).toContain('No such image: tiny:latest')
    expect(stderr).toContain('layerfold import')
  })
})

describe('the store', () => {
  it('keeps what import reads, and ls, tree, diff show it', async () => {
    const env = await stored()
    const images = json(await layerfold(['ls', '--json'], { env }))
    expect(images.map(({ tags }: { tags: string[] }) => tags)).toEqual([['c:1'], ['tiny:latest']])
    expect((await layerfold(['ls'], { env })).stdout).toMatch(
      /^a4eb5d377a49 {2}c:1 .*\n00fee59b6bff {2}tiny:latest .*\n$/,
    )
    expect((await layerfold(['tree'], { env })).stdout.split('\n')).toHaveLength(3)
    expect(json(await layerfold(['tree', '--json'], { env }))).toMatchObject([{ children: [] }, { children: [] }])
    const diff = await layerfold(['diff', 'tiny', 'c:1'], { env })
    expect(diff.stdout).toContain('step 3\n  + /bin/sh -c #(nop)  ENV A=1\n')
    const same = await layerfold(['diff', 'c:1', 'docker-archive:app.tar:c:1'], { env })
    expect(same).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('is what --cache-from names images of', async () => {
    const env = await stored()
    expect((await layerfold(['predict', '--cache-from', 'c:1', 'app'], { env })).stdout).toContain('6 of 6')
    expect((await layerfold(['predict', 'app'], { env })).stdout).toContain('0 of 6')
    const unknown = await layerfold(['predict', '--cache-from', 'no:1,c:1', 'app'], { env })
    expect(unknown.stderr).toContain('--cache-from no:1')
  })

  it('goes into a snapshot and comes back', async () => {
    const [env, other] = [await stored(), { LAYERFOLD_STORE: join(temporary(), 'other') }]
    const file = join(temporary(), 'snapshot')
    expect(await layerfold(['snapshot', '-o', file], { env })).toMatchObject({ code: 0, stdout: '' })
    expect(await layerfold(['snapshot', '--restore', file], { env: other })).toMatchObject({ code: 0 })
    expect((await layerfold(['ls'], { env: other })).stdout).toBe((await layerfold(['ls'], { env })).stdout)
    writeFileSync(file, 'x')
    expect(await layerfold(['snapshot', '--restore', file], { env: other })).toMatchObject({ code: 2 })
  })

  it('reads archives from standard input', async () => {
    const imported = await layerfold(['import', '-'], { input: readFileSync(join(EXAMPLE, 'app.tar')) })
    expect(imported).toMatchObject({ code: 0, stdout: 'a4eb5d377a49  c:1\n' })
  })
})

describe('bad input', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['no command', []],
    ['a command that is none', ['build']],
    ['an option that is none', ['predict', '--squeeze', 'app']],
    ['an option without its value', ['predict', 'app', '-f']],
    ['no context', ['predict']],
    ['two contexts', ['predict', 'app', 'app']],
    ['a directory that is not there', ['predict', 'nowhere']],
    ['a Dockerfile that is not there', ['predict', '-f', 'app/Nothing', 'app']],
    ['a Dockerfile that cannot be read', ['predict', '-f', 'app', 'app']],
    ['a context without a Dockerfile', ['predict', temporary()]],
    ['a url', ['predict', 'https://github.com/moby/moby.git']],
    ['an archive that is none', ['import', 'app/Dockerfile']],
    ['an archive that is not there', ['predict', '--cache-from', 'docker-archive:no.tar', 'app']],
    ['an image that the archive lacks', ['predict', '--cache-from', 'docker-archive:app.tar:x:1', 'app']],
    ['an image that is not there', ['diff', 'x', 'y']],
    ['a shell that is none', ['completion', 'tcsh']],
  ]
  it.each(cases)('%s ends with 2 and one line on standard error', async (_, args) => {
    const { code, stdout, stderr } = await layerfold(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).not.toMatch(/\n\s+at |fault of layerfold/)
    if (args.length > 0) expect(stderr).toMatch(/^layerfold: .+\n$/)
  })

  it('a syntax error ends with 4 and its line', async () => {
    const { code, stdout, stderr } = await layerfold(['predict', '-'], { input: 'FROM tiny\nFRUM x\n' })
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toBe('dockerfile parse error line 2: unknown instruction: FRUM\n')
    const asked = await layerfold(['predict', '--json', '-'], { input: 'FROM tiny\nFRUM x\n' })
    expect(asked.code).toBe(4)
    expect(json(asked)).toMatchObject({ outcome: 'unparsed' })
  })
})

describe('a good citizen', () => {
  it('has help for every command, with examples', async () => {
    const { stdout } = await layerfold(['--help'])
    const names = Array.from(stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm), ([, name]) => name!)
    expect(names).toEqual([
      'predict',
      'explain',
      'advise',
      'context',
      'import',
      'ls',
      'tree',
      'diff',
      'snapshot',
      'completion',
    ])
    for (const name of names) {
      const help = await layerfold([name, '--help'])
      expect(help.code).toBe(0)
      expect(help.stdout).toMatch(/^Examples\n {2}.*layerfold/m)
      expect(await layerfold(['help', name])).toEqual(help)
    }
  })

  it('says its version', async () => {
    expect((await layerfold(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('has no colors in a pipe', async () => {
    const { stdout } = await layerfold(['predict', ...BUILD, 'app'], { env: { FORCE_COLOR: '1' } })
    expect(stdout).not.toContain('\u001b')
  })

  it('completes commands and options in bash', async () => {
    const { stdout } = await layerfold(['completion', 'bash'])
    const ask = `${stdout}\nCOMP_WORDS=(layerfold predict --ca); COMP_CWORD=2; _layerfold; echo "\${COMPREPLY[@]}"; COMP_WORDS=(layerfold sn); COMP_CWORD=1; _layerfold; echo "\${COMPREPLY[@]}"`
    expect(execFileSync('bash', ['-c', ask], { encoding: 'utf8' })).toBe('--cache-from\nsnapshot\n')
    expect((await layerfold(['completion', 'fish'])).stdout).toContain('-l cache-from -r')
  })

  it('minds no reader that leaves', () => {
    const script = `"$0" "$1" predict --json --load tiny.tar app | true; echo "\${PIPESTATUS[0]}"`
    const shell = ['-c', script, process.execPath, MAIN]
    expect(execFileSync('bash', shell, { cwd: EXAMPLE, encoding: 'utf8' })).toBe('0\n')
  })

  it('ends with 130 on ^C', async () => {
    const { child, ended } = start(['import', '-'])
    const header = readFileSync(join(EXAMPLE, 'app.tar')).subarray(0, 512)
    child.stdin.write(Buffer.concat([header, new Uint8Array(1 << 20)]), () => child.kill('SIGINT')) // it reads
    expect(await ended).toMatchObject({ code: 130 })
  })
})

describe('BuildKit', () => {
  const BUILDKIT = ['--engine', 'buildkit', '--load', 'tiny.tar']
  const verdicts = (ended: Ended): string[] =>
    json(ended).steps.map(({ status, via }: { status: string; via?: string }) => via ?? status)

  it('starts from what --remember kept', async () => {
    const env = { LAYERFOLD_STORE: join(temporary(), 'store') }
    const first = await layerfold(['predict', '--json', ...BUILDKIT, 'app'], { env })
    expect(first.stderr).toContain('ask with --remember when you build')
    expect(verdicts(first)).toContain('miss')
    const kept = await layerfold(['predict', '--json', '--remember', ...BUILDKIT, 'app'], { env })
    expect(verdicts(kept)).toEqual(verdicts(first))
    const again = await layerfold(['predict', '--json', '--require-cache', ...BUILDKIT, 'app'], { env })
    expect([again.code, again.stderr]).toEqual([0, ''])
    const other = await layerfold(['predict', '--json', '--network', 'host', ...BUILDKIT, 'app'], { env })
    expect(verdicts(other)).toContain('miss')
  })

  it('remembers for itself alone, and says what it cannot take', async () => {
    const classic = await layerfold(['predict', '--remember', ...BUILD, 'app'])
    expect([classic.code, classic.stderr]).toEqual([2, expect.stringContaining('--remember is for BuildKit')])
    const network = await layerfold(['predict', '--network', 'mine', ...BUILDKIT, 'app'])
    expect([network.code, network.stderr]).toEqual([2, expect.stringContaining('network mode "mine" not supported')])
    const gha = await layerfold(['predict', '--cache-from', 'type=gha', ...BUILDKIT, 'app'])
    expect([gha.code, gha.stderr]).toEqual([2, expect.stringContaining('--cache-from type=gha: what is read is')])
    const store = temporary()
    writeFileSync(join(store, 'buildkit.json'), '{"format":1}')
    const broken = await layerfold(['predict', '--store', store, ...BUILDKIT, 'app'])
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('is not what --remember writes')])
  })

  it('reads a directory that --cache-to type=local wrote', async () => {
    const env = { LAYERFOLD_STORE: join(temporary(), 'store') }
    const kept = json(await layerfold(['predict', '--json', '--remember', ...BUILDKIT, 'app'], { env }))
    const { records, dir } = writeLocalCache(kept)
    expect(records).toBeGreaterThan(2)
    const call = ['predict', '--json', '--require-cache', '--cache-from', `type=local,src=${dir}`, ...BUILDKIT, 'app']
    const found = await layerfold(call)
    expect([found.code, verdicts(found).filter((each) => each === 'miss')]).toEqual([0, []])
    const none = await layerfold(['predict', '--cache-from', `type=local,src=${dir},tag=x`, ...BUILDKIT, 'app'])
    expect(none.code).toBe(0) // the only one that there is
    rmSync(join(dir, 'index.json'))
    expect(await layerfold(call)).toMatchObject({ code: 2, stderr: expect.stringContaining('index.json') })
  })
})

/** An OCI layout by the format's documentation: a cache with a layer for every step. */
function writeLocalCache({ vertices }: Prediction): { readonly dir: string; readonly records: number } {
  const dir = temporary()
  mkdirSync(join(dir, 'blobs', 'sha256'), { recursive: true })
  const blob = (value: unknown): string => {
    const text = JSON.stringify(value)
    const digest = createHash('sha256').update(text).digest('hex')
    writeFileSync(join(dir, 'blobs', 'sha256', digest), text)
    return `sha256:${digest}`
  }
  const records: CacheRecord[] = []
  const at = new Map<number, number>()
  for (const [index, { kind, record, inputs }] of vertices!.entries()) {
    if (kind === 'context') continue
    const from = inputs.map(({ vertex, content }) => {
      if (content === undefined) return [{ link: at.get(vertex)! }]
      records.push({ digest: content })
      return [{ link: records.length - 1 }]
    })
    at.set(index, records.length)
    const layers = [{ layer: index }]
    records.push({ digest: record, ...(kind !== 'source' && { layers }), ...(from.length > 0 && { inputs: from }) })
  }
  const config = { mediaType: 'application/vnd.buildkit.cacheconfig.v0', digest: blob({ layers: [], records }) }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const digest = blob({ schemaVersion: 2, mediaType, manifests: [config] })
  writeFileSync(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest }] }))
  return { dir, records: records.length }
}

describe('many at once', () => {
  it('reads beside others that read', async () => {
    const env = { LAYERFOLD_STORE: join(temporary(), 'store') }
    await layerfold(['import', 'tiny.tar'], { env })
    const reading = Array.from({ length: 4 }, () => layerfold(['ls'], { env }))
    for (const ended of await Promise.all(reading)) expect(ended).toMatchObject({ code: 0, stderr: '' })
  })

  it('reads beside the one that writes, who is alone', async () => {
    const store = join(temporary(), 'store')
    await layerfold(['import', '--store', store, 'tiny.tar'])
    writeFileSync(
      join(store, 'store-images', 'lock'),
      JSON.stringify({ pid: process.pid, since: performance.timeOrigin }),
    )
    expect(await layerfold(['ls', '--store', store])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('tiny'),
    })
    const locked = await layerfold(['import', '--store', store, 'app.tar'])
    expect(locked).toMatchObject({ code: 2, stderr: expect.stringContaining('storage-locked') })
  })
})
