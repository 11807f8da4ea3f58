/** One build of the history: what was asked for, and when. */
export interface Build {
  readonly branch: string
  readonly dockerfile: string
  readonly files: Readonly<Record<string, string>>
  readonly revision: string
  /** Unix seconds. */
  readonly at: number
}

/** What a branch is at. */
interface Tree {
  readonly system: number
  readonly dependencies: number
  readonly source: number
}

const BRANCHES = ['main', 'feature-a', 'feature-b', 'feature-c']

/** A project's builds over time, on four branches; the same for the same seed. */
export function generateHistory(seed: number, count: number): readonly Build[] {
  const below = randomOf(seed)
  const trees = new Map<string, Tree>(BRANCHES.map((name) => [name, { system: 0, dependencies: 0, source: 0 }]))
  let version = 0
  return Array.from({ length: count }, (_, number) => {
    const branch = below(100) < 50 ? 'main' : BRANCHES[1 + below(3)]!
    const from = branch !== 'main' && below(100) < 15 ? 'main' : branch // a rebase
    const tree = edited(trees.get(from)!, below(100), ++version)
    trees.set(branch, tree)
    return { branch, ...written(tree), revision: `r${number}`, at: 1_700_000_000 + number * 600 }
  })
}

/** Most commits change the sources, some the dependencies, few the system; some builds are of the same commit again. */
function edited(tree: Tree, dice: number, version: number): Tree {
  if (dice < 70) return { ...tree, source: version }
  if (dice < 82) return { ...tree, dependencies: version, source: version }
  if (dice < 86) return { ...tree, system: version }
  return tree
}

function written({ system, dependencies, source }: Tree): Pick<Build, 'dockerfile' | 'files'> {
  const dockerfile = `FROM base:1
ENV LANG=C.UTF-8
RUN apt-get install -y tools=${system}
WORKDIR /app
COPY package.json ./
RUN npm ci
COPY src src
RUN npm run build
ARG REVISION
LABEL revision=$REVISION
CMD ["node", "dist"]
`
  return {
    dockerfile,
    files: { 'package.json': `{"version":${dependencies}}`, 'src/main.ts': `export const version = ${source}\n` },
  }
}

/** Marsaglia's xorshift32: a number below the given one. */
function randomOf(seed: number): (below: number) => number {
  let state = (seed | 0) ^ 0x2545f491 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
