import {
  applyChanges,
  cacheFrom,
  changesBetween,
  childrenOf,
  compareTime,
  createImage,
  createImages,
  emptyStore,
  findTagged,
  getImage,
  type ImageStore,
  isLayerfoldError,
  parseDigest,
  probe,
  readTime,
  removeImage,
  rules,
  setParent,
  shortID,
  tagImage,
  writeTime,
} from 'layerfold'
import { contextOf, grammar20_10, grammar29, isIgnored, parseDockerfile, parseDockerignore } from 'layerfold/dockerfile'
import { explain } from 'layerfold/explain'
import { type BuildState, engines, type PredictionRequest, predict, whatIf } from 'layerfold/predict'
import { type Assets, type Case, equal } from './cases.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Needs ECMAScript, TextEncoder and TextDecoder, and nothing else. */
export const core: readonly Case[] = [
  { name: 'images have the ids of the real daemon', run: imageIDs },
  { name: 'a rebuild hits what the real daemon hit', run: rebuild },
  { name: 'a miss is explained', run: explained },
  { name: 'every engine answers', run: everyEngine },
  { name: 'files are hashed as the daemon hashes them', run: fileHashes },
  { name: 'changes carry one store into another', run: changes },
  { name: 'a Dockerfile is read by each generation', run: dockerfiles },
  { name: '.dockerignore patterns match', run: ignored },
  { name: 'times, digests and their order', run: values },
  { name: 'bytes that are not UTF-8 survive', run: invalidText },
  { name: 'errors are coded', run: errors },
  { name: '2 000 seeded writes and probes', run: seeded },
]

function stored({ configs }: Assets): ImageStore {
  const [withTiny, tiny] = createImage(emptyStore(), encode(configs.tiny))
  const [withApp, app] = createImage(withTiny, encode(configs.app))
  if (tiny.outcome === 'error' || app.outcome === 'error') throw new Error('a recorded config is refused')
  return tagImage(tagImage(withApp, 'tiny:latest', tiny.id), 'c:1', app.id)
}

function imageIDs(assets: Assets): unknown {
  const store = stored(assets)
  const ids = ['tiny', 'c:1'].map((name) => shortID(findTagged(store, name)!))
  equal(ids, ['00fee59b6bff', 'a4eb5d377a49'])
  return [ids, getImage(store, findTagged(store, 'c:1')!).history]
}

function request({ dockerfile, file }: Assets): PredictionRequest {
  const { docker17_03 } = engines
  const shape = { ...docker17_03.rules.shape, dockerVersion: '20.10.24+dfsg1' }
  const engine = { ...docker17_03, rules: { ...docker17_03.rules, shape } }
  const context = contextOf({ Dockerfile: dockerfile, a: file }, { modes: 'cli23' })
  return { engine, dockerfile, context, cacheFrom: ['c:1'] }
}

function rebuild(assets: Assets): unknown {
  const [, prediction] = predict({ images: stored(assets) }, request(assets))
  const ids = prediction.steps.map(({ image }) => shortID(image!))
  equal(ids.slice(1, 4), ['d61a26636e81', 'a9b27425a1f2', '85d542781486'])
  equal(shortID(prediction.image!), 'a4eb5d377a49')
  return prediction
}

function explained(assets: Assets): unknown {
  const before: BuildState = { images: stored(assets) }
  const asked = { ...request(assets), dockerfile: assets.dockerfile.replace('echo one', 'echo 1') }
  const told = explain(before, asked, predict(before, asked))
  equal(told[0]?.cause.code, 'command')
  return told.map(({ cause, sentence, fix }) => [cause, sentence, fix])
}

function everyEngine(assets: Assets): unknown {
  const answers = whatIf({ images: stored(assets) }, request(assets))
  equal(
    answers.every(({ steps }) => steps.length === 7),
    true,
  )
  return answers
}

function fileHashes({ file }: Assets): unknown {
  const { entries } = contextOf(
    { a: file, 'é/ß': 'x', 'b/': '', link: { link: 'a' }, '.dockerignore': 'é/*' },
    { modes: 'cli23' },
  )
  const [, a] = entries
  equal(a?.sum, 'f13545c2c427ba34466b0c1fe226082a1f4f55227bf93424993eb51ead57d3b3')
  return entries
}

function changes(assets: Assets): unknown {
  const after = stored(assets)
  const told = changesBetween(emptyStore(), after)
  const again = applyChanges(emptyStore(), told)
  equal(changesBetween(after, again), [])
  return told.map((change) => (change.what === 'image' ? [change.id, change.to?.raw?.length] : change))
}

const FILES: readonly string[] = [
  '# escape=`\nFROM a AS B\nRUN a `\n  b\n',
  'FROM scratch\nRUN <<EOF\necho $A\nEOF\nCOPY --chmod=644 a b\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the Dockerfile's own
  'ARG A=1\nFROM ${A:-x}\nENV a="b c" d=e\\ f\nHEALTHCHECK --interval=1.5s CMD x\n',
  'FROM x\nEXPOSE 80-82/udp 1:2\nONBUILD ONBUILD RUN x\n',
  '',
  'FROM x\nFRUM y\n',
  '\ufeffFROM x\u00a0y\nLABEL a=b \\\n\n c=d',
]

function dockerfiles(): unknown {
  const parsed = FILES.flatMap((text) => [grammar20_10, grammar29].map((grammar) => parseDockerfile(text, grammar)))
  equal(parsed[10]?.problems[0]?.text, 'dockerfile parse error line 2: unknown instruction: FRUM')
  return parsed
}

function ignored(): unknown {
  const read = parseDockerignore('# a\n*/temp*\n**/*.md\n!README.md\n[a-c]?\n/x\\.y\ndé/\n')
  if (read.outcome === 'error') throw new Error(read.text)
  const paths = ['a/temp', 'a/b/temp', 'x/y/z.md', 'README.md', 'a/README.md', 'bb', 'dd', 'dé/ü', 'x.y', 'a/temp/x']
  const found = paths.map((path) => isIgnored(read.patterns, path))
  equal(found, [true, false, true, false, true, true, false, true, true, true])
  return found
}

const TIMES: readonly string[] = [
  '2024-02-29T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '2006-01-02T15:04:05+07:00',
  '9999-12-31T00:00:00.1-11:59',
]

function values(): unknown {
  const times = TIMES.map(readTime)
  equal(times.map(writeTime), TIMES)
  return [times.sort(compareTime).map(writeTime), parseDigest(`sha256:${'a'.repeat(64)}`)]
}

function invalidText(): unknown {
  const raw = new Uint8Array([
    ...encode('{"rootfs":{"type":"layers"},"author":"'),
    0xff,
    0xc0,
    0x80,
    ...encode('\ud83d\ude00"}'),
  ])
  const [store, result] = createImage(emptyStore(), raw)
  if (result.outcome === 'error') throw new Error(result.text)
  return [result.id, getImage(store, result.id).author]
}

function errors(): unknown {
  const tries = [
    () => getImage(emptyStore(), 'x'),
    () => parseDigest('x'),
    () => tagImage(emptyStore(), 'A', parseDigest(`sha256:${'0'.repeat(64)}`)),
  ]
  return tries.map((run) => {
    try {
      run()
      return 'nothing thrown'
    } catch (error) {
      if (!isLayerfoldError(error)) throw error
      return [error.code, error.message]
    }
  })
}

/** Marsaglia's xorshift32. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

function seeded(): unknown {
  const next = random(20_10)
  const text = (): string => ['é', 'z', '\u{1f433}', 'a', 'A', '_', '\uffff', '0'][next(8)]! + next(5)
  const config = (at: number) => ({ Cmd: [`step ${at % 7}`], Env: [`A=${text()}`], Labels: { [text()]: text() } })
  const raws = Array.from({ length: 1000 }, (_, at) =>
    encode(
      JSON.stringify({
        rootfs: { type: 'layers' },
        created: writeTime({ seconds: next(1e9), nanos: next(1e9), zone: 'Z' }),
        container_config: config(at),
      }),
    ),
  )
  const [created, results] = createImages(emptyStore(), raws)
  const ids = results.flatMap((result) => (result.outcome === 'error' ? [] : [result.id]))
  let store = created
  for (let at = 1; at < ids.length; at++) if (at % 3 > 0) store = setParent(store, ids[at]!, ids[next(at)]!)[0]
  for (let at = 0; at < 50; at++) store = removeImage(store, ids[next(ids.length)]!)[0]
  const [cache] = cacheFrom(store, [], rules.docker20)
  const found = Array.from({ length: 1000 }, (_, at) => probe(cache, ids[next(200)], { config: config(at) })[1])
  return [
    store.size,
    found,
    childrenOf(store, ids[0]!),
    changesBetween(emptyStore(), store).map((change) => change.what),
  ]
}
