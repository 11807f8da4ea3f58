import { expect, it } from 'vitest'
import { type TarHeader, tarHeader } from '../../src/buildah/tar.ts'
import { sha256Hex } from '../../src/digest/sha256.ts'
import { contextOf } from '../../src/dockerfile/context.ts'
import { predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'

const FILE: TarHeader = {
  name: 'a',
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  uname: '',
  gname: '',
  link: '',
  size: 0,
  devmajor: 0,
  devminor: 0,
  xattrs: {},
}

// As Go 1.19's archive/tar wrote them, and wrote them again once it had read them, which is what Buildah has it do.
it.each<[title: string, header: Partial<TarHeader>, size: number, digest: string]>([
  ['a plain file', {}, 512, '3fce70286bce2d1e'],
  ['the largest uid and gid of a header', { uid: 2097151, gid: 2097151 }, 512, '469a5b49e99a8607'],
  ['a uid of OpenShift', { uid: 1000660000 }, 1536, '5d87ef5764fc2c93'],
  ['a gid beyond', { gid: 2097152 }, 1536, 'c7cdcb443b76e715'],
  [
    'both, and owners',
    { uid: 4294967294, gid: 4294967294, uname: 'nobody', gname: 'nobody' },
    1536,
    '407cd5cfc687d603',
  ],
  ['the largest size of a header', { size: 8_589_934_591 }, 512, '0b5f90874b27b051'],
  ['a size beyond', { size: 8_589_934_592 }, 1536, '41f30ce7be647dff'],
  ['a tab, a line feed and DEL', { name: 'a\tb\nc\x7f' }, 512, '1ef080c93597d2c8'],
  ['a byte beyond ASCII', { name: 'd/é' }, 1536, 'a35e77da69462c8b'],
  ['a byte that is not UTF-8', { name: 'd/\udcff' }, 1536, '4059b6181612e7cd'],
  ['a name of 100 bytes', { name: 'x'.repeat(100) }, 512, '54a866c106a42ec3'],
  ['one more', { name: 'x'.repeat(101) }, 1536, '3239a5131ad55c31'],
  ['a long name that can be cut', { name: `${'d'.repeat(155)}/${'x'.repeat(100)}` }, 512, '48037c918b41bb28'],
  ['one whose directory is too long', { name: `${'d'.repeat(156)}/${'x'.repeat(20)}` }, 1536, 'f8df0f56e828bdc0'],
  [
    'one with another record',
    { name: `${'d'.repeat(60)}/${'x'.repeat(60)}`, uid: 1000660000 },
    1536,
    'eb6c2a265a6944c7',
  ],
  [
    'a slash at the cut',
    { name: `é${'d'.repeat(98)}/${'x'.repeat(9)}/${'x'.repeat(99)}`, uid: 1000660000 },
    1536,
    'be88b6334204218e',
  ],
  ['a symlink to a tab', { type: 'symlink', link: 'a\tb' }, 512, '316866fdd9b5c257'],
  ['a symlink to slashes at the cut', { type: 'symlink', link: `${'d'.repeat(97)}///x` }, 1536, 'd27f5020d4c12a35'],
  [
    'a hard link that is long',
    { type: 'hardlink', link: `${'d'.repeat(80)}/${'x'.repeat(80)}` },
    1536,
    'dd2c5cbd5a05d233',
  ],
  ['names that are long', { uname: 'x'.repeat(33), gname: 'é' }, 1536, 'bfdde452467e8aa2'],
  [
    'attributes, which come before the path',
    { name: 'x'.repeat(120), xattrs: { 'user.b': 'é', 'user.a': '' } },
    1536,
    'b86a9512cfe8d4dd',
  ],
  ['a device', { type: 'char', devmajor: 4095, devminor: 1_048_575 }, 512, 'f21206da9a1aaa32'],
])('%s: the header is the one of Go', (_, header, size, digest) => {
  const blocks = tarHeader({ ...FILE, ...header })
  expect(blocks.length).toBe(size)
  expect(sha256Hex(blocks)).toMatch(new RegExp(`^${digest}`))
})

it('COPY --chown with a uid of OpenShift has the digest of that tar', () => {
  const dockerfile = 'FROM scratch\nCOPY --chown=1000660000:0 a /\n'
  const request = { context: contextOf({ a: 'a' }), contentOf: () => new TextEncoder().encode('a') }
  const [, { steps }] = predict({ images: emptyStore() }, { engine: 'buildah', dockerfile, ...request })
  expect(steps[1]!.createdBy).toContain('COPY file:fb4796f06879b9773522be10ce195182b17d4b0217e46fd4dc78a14d0fb5faf0')
})
