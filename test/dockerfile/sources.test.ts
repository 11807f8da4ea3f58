import { describe, expect, it } from 'vitest'
import { contextOf, type Files } from '../../src/dockerfile/context.ts'
import { hashDownload, hashSources, type SourceHash, type SourceRules } from '../../src/dockerfile/sources.ts'
import { mountedTree, treeOf } from '../../src/dockerfile/tree.ts'

const FILES: Files = {
  f1: 'one\n',
  f2: 'two\n',
  'd2/': '',
  'd2/s': 'sss',
  'd2/l': { link: 's' },
  'd2/broken': { link: 'nope' },
  'd2/ld': { link: '../d2' },
}
const followed: SourceRules = { linksInDirectories: 'followed' }

function copy(files: Files, words: string, rules: SourceRules = followed): SourceHash {
  const [instruction, ...rest] = words.split(' ') as ['COPY' | 'ADD', ...string[]]
  const tree = treeOf(contextOf(files, { modes: 'cli23' }))
  return hashSources(tree, { instruction, sources: rest.slice(0, -1), destination: rest.at(-1)! }, rules)
}

describe('hashSources', () => {
  it.each([
    ['COPY f1 /', 'file:b9554fd6e1dc6436376d717c9dda47cba4faf7fbfc2455c07618a29c12f4ab9e', ['f1']],
    ['COPY /f1 /', 'file:b9554fd6e1dc6436376d717c9dda47cba4faf7fbfc2455c07618a29c12f4ab9e', ['f1']],
    ['COPY d2 /', 'dir:9590b972dd86924e8511ab0742c2a9bdefb32e2b610d62a6ea78c636838bae5a', undefined],
    ['COPY d2/ld /', 'dir:9590b972dd86924e8511ab0742c2a9bdefb32e2b610d62a6ea78c636838bae5a', undefined],
    ['COPY f1 d2 /x/', 'multi:930d7b2c46c7652c934e9d5ec1f58b8c9f8694b05833f65dc872e0c063235ac5', undefined],
    ['COPY f* /x/', 'multi:0fe7de6a26d20ff12853ef6f74a72eef005ca45456dd0718b6b77518ab641617', ['f1', 'f2']],
  ])('%s gives the hash of the spec', (words, hash, paths) => {
    expect(copy(FILES, words)).toEqual({ outcome: 'hash', hash, paths: paths ?? expect.any(Array) })
  })

  it('tells what a directory hash is made of, links as what they lead to', () => {
    expect(copy(FILES, 'COPY d2 /')).toMatchObject({ paths: ['d2', 'd2/nope', 'd2/s', 'd2', 'd2/s'] })
    expect(copy(FILES, 'COPY d2 /', { linksInDirectories: 'own' })).toMatchObject({
      paths: ['d2', 'd2/broken', 'd2/l', 'd2/ld', 'd2/s'],
    })
  })

  it('does not let 1.13 follow links in directories', () => {
    const other: Files = { ...FILES, 'd2/l': { link: './s' } }
    const own: SourceRules = { linksInDirectories: 'own' }
    expect(copy(other, 'COPY d2 /')).toEqual(copy(FILES, 'COPY d2 /'))
    expect(copy(other, 'COPY d2 /', own)).not.toEqual(copy(FILES, 'COPY d2 /', own))
  })

  it.each([
    [
      'COPY nope /',
      'COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist',
    ],
    [
      'ADD d2/broken /',
      'ADD failed: file not found in build context or excluded by .dockerignore: stat d2/broken: file does not exist',
    ],
    ['COPY z* /x/', 'COPY failed: no source files were specified'],
    [
      'COPY f1 d2 /x',
      'When using COPY with more than one source file, the destination must be a directory and end with a /',
    ],
    ['COPY ../f1 /', 'COPY failed: forbidden path outside the build context: ../f1 ()'],
    ['COPY f1/x /', 'COPY failed: forbidden path outside the build context: f1/x ()'],
    ['COPY https://a/b /', "COPY failed: source can't be a URL for COPY"],
  ])('%s fails', (words, text) => {
    expect(copy(FILES, words)).toEqual({ outcome: 'error', text })
  })

  it('passes over a circle of links in a directory, and refuses it as a source', () => {
    const files: Files = { 'd/a': { link: 'b' }, 'd/b': { link: 'a' } }
    expect(copy(files, 'COPY d /')).toMatchObject({ paths: ['d'] })
    expect(copy(files, 'COPY d/a /')).toEqual({
      outcome: 'error',
      text: 'COPY failed: forbidden path outside the build context: d/a ()',
    })
  })

  it('asks for what a url holds, and takes its hash as it is', () => {
    const url = 'https://example.com/f1'
    expect(copy(FILES, `ADD ${url} /`)).toEqual({ outcome: 'unknown', url })
    const hash = hashDownload({ name: 'f1', content: new TextEncoder().encode('f1') })
    expect(copy(FILES, `ADD ${url} /`, { ...followed, downloads: { [url]: hash } })).toMatchObject({ hash })
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(hashDownload({ name: 'f1', content: new Uint8Array(), as: 'archive' })).toMatch(/^tarsum\.v1\+sha256:/)
  })

  it('hashes an image with the names of the host, or without', () => {
    const step = { instruction: 'COPY', sources: ['f1'], destination: '/' } as const
    expect(hashSources(mountedTree({ f1: 'f1' }), step, followed)).toMatchObject({
      hash: 'file:93b87f6be7a63870e79d2401eeaaa3666a25698254f864157797b60bbf6bbb92',
    })
    const debian = mountedTree({ f1: 'f1' }, { users: { 0: 'root' }, groups: { 0: 'root' } })
    expect(hashSources(debian, step, followed)).toMatchObject({
      hash: 'file:7700d3f6b21f1c1cdfc05ab615d40d87a5d9936d0b0cf6aeed2acf2dc27f7f2b',
    })
    expect(hashSources(debian, { ...step, sources: ['no'] }, followed)).toEqual({
      outcome: 'error',
      text: 'COPY failed: stat no: file does not exist',
    })
  })
})

describe('contextOf', () => {
  it('leaves the file type bits out for clients since 24', () => {
    const step = { instruction: 'COPY', sources: ['a.txt'], destination: '/' } as const
    expect(hashSources(treeOf(contextOf({ 'a.txt': 'hello\n' })), step, followed)).toMatchObject({
      hash: 'file:00ec16333078d287782d462baefc8bb9eb0231dc3aefba3ca3e2f7e5cf0cadda',
    })
  })

  it('sends in the order of the walk, with parents, without what is ignored', () => {
    const files: Files = {
      'b/x.log': '',
      'b-c': '',
      'b/y/z': '',
      Dockerfile: '',
      '.dockerignore': '*.log\n**/*.log\nb-*\nDockerfile',
    }
    const { entries, dockerignore } = contextOf(files)
    expect(entries.map(({ path }) => path)).toEqual(['.dockerignore', 'Dockerfile', 'b/', 'b/y/', 'b/y/z'])
    expect(dockerignore).toBe(files['.dockerignore'])
    expect(contextOf(files, { dockerignore: false }).entries).toHaveLength(7)
  })

  it('sends a file that comes back below an ignored directory', () => {
    const { entries } = contextOf({ 'a/b/c': '', 'a/d': '', 'e/f': '', '.dockerignore': '*\n!a/b' })
    expect(entries.map(({ path }) => path)).toEqual(['.dockerignore', 'a/b/', 'a/b/c'])
  })

  it('throws for a pattern that the client refuses', () => {
    expect(() => contextOf({ '.dockerignore': 'a[' })).toThrowError(
      expect.objectContaining({ code: 'dockerignore-malformed', details: { text: 'syntax error in pattern' } }),
    )
  })
})
