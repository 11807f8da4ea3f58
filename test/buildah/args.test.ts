import { expect, it } from 'vitest'
import { predict } from '../../src/predict/predict.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'

const raw = '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers"}}'
const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
if (made.outcome === 'error') throw new Error(made.text)
const images = tagImage(store, 'base', made.id)

/** What Buildah writes of the last step. */
function createdBy(before: string, lines: string, buildArgs: Readonly<Record<string, string>> = {}): string {
  const dockerfile = `${before}FROM base\n${lines}\nRUN true\n`
  const [, { steps }] = predict({ images }, { engine: 'buildah', dockerfile, buildArgs })
  return steps.at(-1)!.createdBy!.replace('/bin/sh -c true', '').trim()
}

it.each([
  ['', 'ARG A=1\nARG A=2', {}, '|1 A=2'],
  ['ARG A=1\nARG A=2\n', 'ARG A', {}, '|1 A=2'],
  ['ARG A=h\n', 'ARG A\nARG A=2', {}, '|1 A=2'],
  ['ARG A=h\n', 'ARG A=1\nARG A', {}, '|1 A=h'],
  ['', 'ARG A=1\nARG A=2', { A: '3' }, '|1 A=3'],
  ['', 'ARG A=', {}, '|1 A='],
  ['', 'ARG A=1', { A: '' }, '|1 A='],
  ['', 'ARG http_proxy=', {}, ''],
])('%j, then %j, with %j: a RUN shows %j, as Buildah 1.28 has it', (before, lines, given, shown) => {
  expect(createdBy(before, lines, given as Record<string, string>)).toBe(shown)
})
