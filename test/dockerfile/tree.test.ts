import { describe, expect, it } from 'vitest'
import type { ContextEntry } from '../../src/dockerfile/context.ts'
import { resolvePath, walk } from '../../src/dockerfile/file-tree.ts'
import { hashSources } from '../../src/dockerfile/sources.ts'
import { treeOf } from '../../src/dockerfile/tree.ts'

function entry(path: string, sum: string, link?: string, type?: ContextEntry['type']): ContextEntry {
  const kind = type ?? (link !== undefined ? 'symlink' : path.endsWith('/') ? 'directory' : 'file')
  return { path, type: kind, mode: 0, uid: 0, gid: 0, size: 0, sum, ...(link === undefined ? {} : { link }) }
}

const paths = (entries: readonly ContextEntry[], dockerignore = ''): string[] => {
  const { root } = treeOf({ entries, dockerignore })
  return Array.from(walk(root, ''), ([path]) => path).slice(1)
}

const hashOf = (entries: readonly ContextEntry[], source: string): string => {
  const step = { instruction: 'COPY', sources: [source], destination: '/' } as const
  const result = hashSources(treeOf({ entries }), step, { linksInDirectories: 'followed' })
  return result.outcome === 'hash' ? result.hash : result.outcome
}

describe('treeOf', () => {
  it('keeps the first hash of a name and the last file', () => {
    expect(hashOf([entry('a', '1'), entry('./a', '2')], 'a')).toBe('file:1')
    expect(hashOf([entry('a', '1'), entry('b', '2'), entry('a', '3', 'b')], 'a')).toBe('file:2')
  })

  it('writes through links, where the name has no hash of its own', () => {
    const entries = [entry('d/', '1'), entry('l', '2', 'd'), entry('l/x', '3')]
    expect(paths(entries)).toEqual(['d', 'd/x', 'l'])
    expect(hashOf(entries, 'd/x')).toBe('file:d/x')
    expect(hashOf(entries, 'l/x')).toBe('file:l/x')
  })

  it('replaces a directory by a file, and keeps what is in one that comes twice', () => {
    expect(paths([entry('a/b', '1'), entry('a/', '2'), entry('c/d', '3'), entry('c', '4')])).toEqual(['a', 'a/b', 'c'])
  })

  it('says why a context cannot be unpacked', () => {
    const fault = (...entries: ContextEntry[]) => treeOf({ entries }).fault
    expect(fault(entry('a', '1'), entry('b', '2', 'a', 'hardlink'))).toBeUndefined()
    expect(fault(entry('b', '2', 'a', 'hardlink'))).toBe(
      'Error processing tar file(exit status 1): link /a /b: no such file or directory',
    )
    expect(fault(entry('a', '1'), entry('a/b', '2'))).toBe(
      'Error processing tar file(exit status 1): open /a/b: not a directory',
    )
  })

  it('sets the times of directories at the end, wherever their names lead by then', () => {
    const fault = (...entries: ContextEntry[]) => treeOf({ entries }).fault
    const text = (why: string) => `Error processing tar file(exit status 1): chtimes /${why}`
    expect(fault(entry('z/', '1'), entry('z', '2'))).toBeUndefined()
    expect(fault(entry('z/', '1'), entry('y/', '2'), entry('z', '3', 'y'))).toBeUndefined()
    expect(fault(entry('z/', '1'), entry('z', '2', '/nope'))).toBe(text('z: no such file or directory'))
    expect(fault(entry('z/', '1'), entry('z', '2', 'z'))).toBe(text('z: too many levels of symbolic links'))
    expect(fault(entry('z/a/', '1'), entry('z', '2'))).toBe(text('z/a: not a directory'))
  })

  it.each([
    [[entry('z', '1', 'q'), entry('z/x', '2')], 'open /z/x: no such file or directory'],
    [[entry('z', '1', 'q'), entry('z/x/', '2')], 'mkdir /z/x: no such file or directory'],
    [[entry('z', '1', 'q'), entry('z/x', '2', 'w')], 'symlink w /z/x: no such file or directory'],
    [[entry('z', '1', 'q'), entry('z/y/x', '2')], 'mkdir /z: file exists'],
    [[entry('z', '1', 'z'), entry('z/x', '2')], 'open /z/x: too many levels of symbolic links'],
    [[entry('z', '1', 'z'), entry('z/y/x', '2')], 'open /z/y/x: too many levels of symbolic links'],
    [[entry('z', '1', '', 'symlink')], 'symlink  /z: no such file or directory'],
    [[entry('z', '1'), entry('h', '2', 'z/x', 'hardlink')], 'link /z/x /h: not a directory'],
    [[entry('z', '1', 'z'), entry('h', '2', 'z/x', 'hardlink')], 'link /z/x /h: too many levels of symbolic links'],
    [[entry('d/', '1'), entry('h', '2', 'd', 'hardlink')], 'link /d /h: operation not permitted'],
    [[entry('z', '1'), entry('z/f', '2', undefined, 'fifo')], 'not a directory'],
    [[entry('z', '1', 'q'), entry('z/f', '2', undefined, 'char')], 'no such file or directory'],
  ])('says where links lead nowhere, as the daemon does: %j', (entries, why) => {
    expect(treeOf({ entries }).fault).toBe(`Error processing tar file(exit status 1): ${why}`)
  })

  it('makes what is missing behind a link', () => {
    expect(paths([entry('d/', '1'), entry('l', '2', 'd'), entry('l/e/f', '3')])).toEqual(['d', 'd/e', 'd/e/f', 'l'])
  })

  it('takes away the Dockerfile and .dockerignore when they are ignored, but not their hashes', () => {
    const entries = [entry('.dockerignore', '1'), entry('Dockerfile', '2'), entry('l', '3', 'Dockerfile')]
    expect(paths(entries, 'Docker*')).toEqual(['.dockerignore', 'l'])
    expect(paths(entries, '*\n!Dockerfile')).toEqual(['Dockerfile', 'l'])
    expect(paths(entries, '[')).toHaveLength(3)
    expect(paths(entries)).toHaveLength(3)
    const tree = treeOf({ entries, dockerignore: '*' })
    expect(resolvePath(tree.root, 'l')).toEqual({ path: 'Dockerfile', node: undefined })
    expect(tree.sumAt('Dockerfile')).toBe('2')
  })
})

describe('resolvePath', () => {
  const { root } = treeOf({
    entries: [
      entry('a/b/f', '1'),
      entry('up', '2', '../../a'),
      entry('abs', '3', '/a/b'),
      entry('loop', '4', 'loop'),
      entry('a/out', '5', '../../../x'),
      entry('long', '6', 'a/'.repeat(200_000)),
    ],
  })

  it.each([
    ['up/b/f', 'a/b/f'],
    ['abs/f', 'a/b/f'],
    ['abs/../b/f', 'b/f'],
    ['a/out', 'x'],
    ['', ''],
    ['nope/../up', 'a'],
  ])('%s leads to %s inside the root', (path, target) => {
    expect(resolvePath(root, path)?.path).toBe(target)
  })

  it.each(['loop', 'long', '../a', '/../a', 'a/b/f/g'])('%s leads nowhere', (path) => {
    expect(resolvePath(root, path)).toBeUndefined()
  })
})
