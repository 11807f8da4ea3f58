import { expect, it } from 'vitest'
import type { Cause } from '../../src/explain/cause.ts'
import { sentenceOf } from '../../src/explain/words.ts'

it.each<[Cause, string]>([
  [{ code: 'file-added', name: 'b', more: 1 }, 'File b is new (and 1 more file differs).'],
  [{ code: 'file-removed', name: 'b', more: 2 }, 'File b is gone (and 2 more files differ).'],
  [{ code: 'file-changed', name: 'b', more: 1 }, 'File b differs (and 1 more file): its content changed.'],
  [{ code: 'label', name: 'b', now: 'x', more: 1 }, 'Label b is new: “x” (and 1 more label).'],
  [{ code: 'env', name: 'b', was: 'x', more: 2 }, 'Environment variable b is gone; it was “x” (and 2 more variables).'],
])('%o is said in the right number', (cause, sentence) => {
  expect(sentenceOf(cause)).toBe(sentence)
})
