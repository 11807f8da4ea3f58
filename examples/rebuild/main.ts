/**
 * The main job on real input: two archives that a Docker 20.10 daemon saved (`docker save`), and the Dockerfile that made the second from the first.
 * What would `docker build --cache-from c:1` reuse; and after an edit, what not and why?
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyStore, shortID } from 'layerfold'
import { contextOf } from 'layerfold/dockerfile'
import { explain } from 'layerfold/explain'
import { importArchive } from 'layerfold/import'
import { readFileStream } from 'layerfold/node'
import {
  type BuildState,
  engines,
  type PredictedStep,
  type PredictionRequest,
  predict,
  whatIf,
} from 'layerfold/predict'

const here = import.meta.dirname
const [base] = await importArchive(emptyStore(), readFileStream(join(here, 'tiny.tar')))
const [images, imported] = await importArchive(base, readFileStream(join(here, 'app.tar')))
console.log(
  `${images.size} images, among them ${imported.map(({ id, tags }) => `${tags.join()} (${shortID(id)})`).join()}`,
)

// A daemon's own version is in each image that it restores, and so in the image's id: this one is Debian's.
const { docker17_03 } = engines
const shape = { ...docker17_03.rules.shape, dockerVersion: '20.10.24+dfsg1' }
const engine = { ...docker17_03, rules: { ...docker17_03.rules, shape } }

const dockerfile = readFileSync(join(here, 'app', 'Dockerfile'), 'utf8')
const files = { Dockerfile: dockerfile, a: readFileSync(join(here, 'app', 'a'), 'utf8') }
const context = contextOf(files, { modes: 'cli23' })
const request: PredictionRequest = { engine, dockerfile, context, cacheFrom: ['c:1'] }
const before: BuildState = { images }

show('docker build --cache-from c:1 .', before, request)

const edited = contextOf({ ...files, a: 'file a, edited' }, { modes: 'cli23' })
show('The same after an edit of the file a', before, { ...request, context: edited })

const other = dockerfile.replace('echo one', 'echo 1')
show('The same after an edit of one RUN', before, { ...request, dockerfile: other })

show('Built once without --cache-from, and again', predict(before, { engine, dockerfile, context })[0], {
  engine,
  dockerfile,
  context: edited,
})

console.log('\nThe first build, had another Docker done it: how many steps hit')
for (const { engine: name, steps } of whatIf(before, request)) {
  console.log(`  ${name.padEnd(16)}${steps.filter(({ status }) => status === 'hit').length} of ${steps.length - 1}`)
}

/** One prediction as a table, and below it why the first step that is no hit is none. */
function show(title: string, state: BuildState, asked: PredictionRequest): void {
  console.log(`\n${title}`)
  const predicted = predict(state, asked)
  for (const step of predicted[1].steps) console.log(`  ${columns(step)}`)
  const [why] = explain(state, asked, predicted, { previousContext: context })
  if (why !== undefined) console.log(`  Step ${why.step.number}: ${why.sentence}${why.fix ? `\n  ${why.fix}` : ''}`)
}

function columns({ number, of, text, status, via, image }: PredictedStep): string {
  const found = status === 'hit' ? [`HIT, ${via}`, shortID(image!)] : [status]
  return [`${number}/${of} ${text}`.padEnd(34), ...found.map((word) => word.padEnd(20))].join('').trimEnd()
}
