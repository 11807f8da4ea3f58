import { describe, expect, it } from 'vitest'
import { contextOf, type FileSpec } from '../../src/dockerfile/context.ts'
import { readContext } from '../../src/dockerfile/read-context.ts'
import { hashSources } from '../../src/dockerfile/sources.ts'
import { mountedTree, treeOf } from '../../src/dockerfile/tree.ts'
import { bytesOf, recordedTar, recordings } from './recordings.ts'

const rules = { linksInDirectories: 'followed' } as const

describe('COPY and ADD of recorded builds', () => {
  it('hash, or fail, as the daemon did', async () => {
    const contexts = await Promise.all(
      recordings.tars.map(async (_, at) => (await readContext(recordedTar(at))).context),
    )
    const answers = recordings.cases.map(([tar, dockerfile, step]) => {
      const tree = treeOf(contexts[tar]!, dockerfile)
      expect(tree.fault).toBeUndefined()
      const result = hashSources(tree, step, rules)
      return result.outcome === 'hash' ? result.hash : result.outcome === 'error' ? result.text : result.url
    })
    expect(answers).toEqual(recordings.cases.map(([, , , answer]) => answer))
    expect(answers.length).toBeGreaterThan(300)
  })

  it('stay the same when a context went through JSON', async () => {
    for (const at of recordings.tars.keys()) {
      const { context } = await readContext(recordedTar(at))
      expect(JSON.parse(JSON.stringify(context))).toEqual(context)
    }
  })

  it.each(recordings.mounted)('from an image: $hash', ({ files, users, groups, step, hash }) => {
    const specs = files.map(({ path, mode, uid, gid, link, content }): [string, FileSpec] => {
      const spec = { mode, uid: uid!, gid: gid!, content: bytesOf(content ?? '') }
      return [path, link === undefined ? spec : { ...spec, link }]
    })
    const tree = mountedTree(Object.fromEntries(specs), { users, groups })
    expect(hashSources(tree, step, rules)).toMatchObject({ outcome: 'hash', hash })
  })
})

describe("moby's builder", () => {
  const mounted = mountedTree({ f1: 'f1', 'dir/sub/x': 'x' })

  it.each(recordings.vectors)('hashes what contextOf makes: $files.Dockerfile', ({ files, steps }) => {
    const specs = Object.entries(files).map(([path, text]): [string, FileSpec] => [
      path,
      text.startsWith('->') ? { link: text.slice(2) } : text,
    ])
    const tree = treeOf(contextOf(Object.fromEntries(specs), { modes: 'cli23', dockerignore: false }))
    for (const { from, step, hash } of steps) {
      expect(hashSources(from ? mounted : tree, step, rules)).toMatchObject({ outcome: 'hash', hash })
    }
  })
})
