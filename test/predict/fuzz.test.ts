import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contextOf } from '../../src/dockerfile/context.ts'
import { explain } from '../../src/explain/explain.ts'
import { type EngineName, engineNames, predict } from '../../src/predict/index.ts'
import { emptyStore } from '../../src/store/store.ts'
import { tagImage } from '../../src/store/tags.ts'
import { createImage } from '../../src/store/write.ts'
import { violations } from './schema.ts'

const raw = '{"os":"linux","config":{"OnBuild":["ENV T=$A"],"User":"u"},"rootfs":{"type":"layers"}}'
const [store, made] = createImage(emptyStore(), new TextEncoder().encode(raw))
if (made.outcome === 'error') throw new Error(made.text)
const images = tagImage(store, 'base', made.id)
const context = contextOf({ a: '1', 'd/b': '2', l: { link: 'nowhere' } })

const word = fc.oneof(
  fc.constantFrom(
    'a',
    'd',
    'l',
    '$A',
    `\${A:-x}`,
    '"q $A"',
    "'s",
    `\${`,
    '/',
    '*',
    '--from=one',
    '--from=0',
    '--chown=1:$A',
    '["a", "b"]',
    '[',
    'A=1',
    'A',
    '80/tcp',
    '1-3',
    '..',
    'base',
    'scratch',
    'AS one',
  ),
  fc.string({ maxLength: 6 }),
)
const instruction = fc.constantFrom(
  ...'FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD STOPSIGNAL HEALTHCHECK SHELL'.split(
    ' ',
  ),
)
const line = fc.tuple(instruction, fc.array(word, { maxLength: 4 })).map(([name, words]) => [name, ...words].join(' '))
const dockerfile = fc.array(line, { maxLength: 8 }).map((lines) => ['FROM base AS one', ...lines].join('\n'))
const others: readonly EngineName[] = ['buildkit', 'buildkit0_11', 'buildah']
const classic = engineNames.filter((name) => !others.includes(name))

describe('any Dockerfile', () => {
  it('is answered by BuildKit and Buildah, by the schema, and is all cached the second time', () => {
    fc.assert(
      fc.property(dockerfile, fc.constantFrom(...others), (text, engine) => {
        const request = {
          engine,
          dockerfile: text,
          context,
          contentOf: (path: string) => new TextEncoder().encode(path),
        }
        const [after, first] = predict({ images }, request)
        const predicted = predict(after, request)
        for (const { steps } of [first, predicted[1]])
          expect(violations(JSON.parse(JSON.stringify({ ...first, steps })))).toEqual([])
        expect(predicted[1].outcome).toBe(first.outcome)
        if (first.outcome !== 'built') return
        const unknown = first.steps.some(({ copied, text }) => copied?.assumed || /--from|http/.test(text))
        const ran = predicted[1].steps.filter(({ status }) => status === 'miss' || status === 'not-probed')
        if (!unknown) expect(ran).toEqual([])
        expect(explain(after, request, predicted).length).toBeLessThanOrEqual(predicted[1].steps.length)
      }),
      { numRuns: 600 },
    )
  })

  it('is answered, with a prediction by the schema, a reason for each step that is no hit, and the same outcome the second time', () => {
    fc.assert(
      fc.property(dockerfile, fc.constantFrom(...classic), fc.boolean(), (text, engine, noCache) => {
        const request = {
          engine,
          dockerfile: text,
          context,
          buildArgs: { A: 'v', HTTP_PROXY: null },
          labels: { k: '$A' },
        }
        const asked = { ...request, noCache }
        const predicted = predict({ images }, asked)
        const [after, first] = predicted
        expect(violations(JSON.parse(JSON.stringify(first)))).toEqual([])
        const open = first.steps.filter(({ status }) => status !== 'hit' && status !== 'not-cacheable')
        expect(explain({ images }, asked, predicted)).toHaveLength(open.length)
        const [, second] = predict(after, request)
        expect(second.outcome).toBe(first.outcome)
      }),
      { numRuns: 400 },
    )
  })
})
