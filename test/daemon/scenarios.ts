/** Small builds, each after the one before: what an edit does to a cache. */
export interface Build {
  readonly title: string
  readonly dockerfile: string
  readonly files?: Readonly<Record<string, string>>
  readonly buildArgs?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly cacheFrom?: readonly string[]
  readonly target?: string
  readonly noCache?: boolean
  readonly tag?: string
  /** `docker` commands before it; SAVED is a file of the daemon's. */
  readonly before?: readonly (readonly string[])[]
}

const APP =
  'FROM base\nENV A=1\nWORKDIR /srv/app/\nCOPY src/ ./src/\nRUN echo built > /srv/out\nEXPOSE 80\nCMD ["sh"]\n'
const FILES = { 'src/a.js': 'one\n', 'src/b.js': 'two\n', 'notes.txt': 'n\n', '.dockerignore': '*.txt\n' }

/** No other scenario has these steps. */
const CACHED = APP.replace('A=1', 'A=9')

const ARGS = 'ARG WHERE=base\nFROM $WHERE\nARG V=1\nARG HTTP_PROXY\nRUN echo $V > /v\nLABEL v=$V\n'
const STAGES = 'FROM base AS one\nRUN echo 1 > /one\nFROM base AS two\nENV B=2\nRUN echo 2 > /two\n'
const METADATA =
  'FROM base\nUSER 0:0\nVOLUME ["/data"]\nSTOPSIGNAL SIGQUIT\nHEALTHCHECK --interval=5s CMD true\nSHELL ["/bin/sh", "-ec"]\nRUN true\nENTRYPOINT ["sh"]\nONBUILD RUN true\nMAINTAINER me\n'

export const SCENARIOS: Readonly<Record<string, readonly Build[]>> = {
  'an app': [
    { title: 'first', dockerfile: APP, files: FILES },
    { title: 'again', dockerfile: APP, files: FILES },
    { title: 'a file edited', dockerfile: APP, files: { ...FILES, 'src/a.js': 'three\n' } },
    { title: 'an ignored file edited', dockerfile: APP, files: { ...FILES, 'notes.txt': 'other\n' } },
    { title: 'a command edited', dockerfile: APP.replace('echo built', 'echo done'), files: FILES },
    { title: 'the port edited', dockerfile: APP.replace('80', '81'), files: FILES },
    { title: 'without the cache', dockerfile: APP, files: FILES, noCache: true },
    { title: 'with it again', dockerfile: APP, files: FILES, tag: 'app:1' },
    { title: 'labelled', dockerfile: APP, files: FILES, labels: { b: '2', a: '$A' } },
  ],
  'build arguments': [
    { title: 'first', dockerfile: ARGS },
    { title: 'another value', dockerfile: ARGS, buildArgs: { V: '2' } },
    { title: 'a proxy', dockerfile: ARGS, buildArgs: { HTTP_PROXY: 'http://p', NO_PROXY: 'x' } },
    { title: 'the first again', dockerfile: ARGS },
  ],
  stages: [
    { title: 'first', dockerfile: STAGES },
    { title: 'the target', dockerfile: STAGES, target: 'ONE' },
    { title: 'the first stage edited', dockerfile: STAGES.replace('echo 1', 'echo 3') },
  ],
  metadata: [
    { title: 'first', dockerfile: METADATA },
    { title: 'again', dockerfile: METADATA, tag: 'meta:1' },
    { title: 'on top, with its trigger', dockerfile: 'FROM meta:1\nCMD ["x"]\n' },
    { title: 'on top again', dockerfile: 'FROM meta:1\nCMD ["x"]\n' },
  ],
  '--cache-from': [
    { title: 'first', dockerfile: CACHED, files: FILES, tag: 'cached:1' },
    {
      title: 'from the saved image',
      dockerfile: CACHED,
      files: FILES,
      cacheFrom: ['cached:1'],
      before: [
        ['save', '-o', 'SAVED', 'cached:1'],
        ['rmi', 'cached:1'],
        ['load', '-i', 'SAVED'],
      ],
    },
    { title: 'from an image that is not there', dockerfile: CACHED, files: FILES, cacheFrom: ['ghost:1'] },
    {
      title: 'with an edit',
      dockerfile: CACHED.replace('EXPOSE 80', 'EXPOSE 90'),
      files: FILES,
      cacheFrom: ['cached:1', 'ghost:1'],
    },
  ],
}
