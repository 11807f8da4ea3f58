import { expect, it } from 'vitest'
import { contextOf } from '../../src/dockerfile/context.ts'
import { predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'

const encoder = new TextEncoder()

it('a directory inside a copied one has the digest that Buildah 1.28 gives it', () => {
  const raw = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}'
  const [store, made] = createImage(emptyStore(), encoder.encode(raw))
  if (made.outcome === 'error') throw new Error(made.text)
  const dockerfile = 'FROM base\nCOPY . /all\n'
  const files: Record<string, string> = { Dockerfile: dockerfile, 'dir/c.txt': 'c' }
  const request = { context: contextOf(files), contentOf: (path: string) => encoder.encode(files[path]) }
  const [, { steps }] = predict(
    { images: tagImage(store, 'base', made.id) },
    { engine: 'buildah', dockerfile, ...request },
  )
  expect(steps[1]!.createdBy).toContain('COPY dir:672728cbbdba319') // as `buildah bud` wrote it
})
