import type { Cause, CauseCode } from './cause.ts'

/** What is said of each cause: one sentence, and what to do about it. */
interface Words {
  readonly sentence: (cause: Cause) => string
  readonly fix?: string | ((cause: Cause) => string | undefined)
}

const text = (value: string | undefined): string => (value === undefined ? 'nothing' : `“${shortened(value)}”`)
const more = ({ more: count }: Cause, one: string, many = `${one}s`): string =>
  count === undefined ? '' : ` (and ${count} more ${count === 1 ? one : many})`

function shortened(value: string): string {
  return value.length > 120 ? `${value.slice(0, 117)}…` : value
}

/** Without the shell that nearly all have. */
const script = (command: string | undefined): string | undefined => command?.replace(/^\/bin\/sh -c /, '')

/** `ENV A`: was it added, removed or changed? */
function changed(what: string, noun: string): (cause: Cause) => string {
  return (cause) => {
    const { name, was, now } = cause
    const rest = more(cause, noun)
    if (was === undefined) return `${what} ${name} is new${now === name ? '' : `: ${text(now)}`}${rest}.`
    if (now === undefined) return `${what} ${name} is gone${was === name ? '' : `; it was ${text(was)}`}${rest}.`
    return `${what} ${name} was ${text(was)} and is now ${text(now)}${rest}.`
  }
}

const FILE_WORDS = {
  content: 'Its content changed',
  mode: 'Its mode changed',
  owner: 'Its owner changed',
  link: 'It leads elsewhere',
  type: 'It is another kind of file',
  xattrs: 'Its extended attributes changed',
}

const WORDS: Readonly<Record<CauseCode, Words>> = {
  'no-cache': { sentence: () => 'The cache was not asked: --no-cache.' },
  'after-miss': {
    sentence: ({ name, missLasts }) =>
      `Step ${name} missed, and after a miss nothing is asked ${missLasts === 'build' ? 'in the rest of the build' : 'until the next FROM'}.`,
    fix: 'Put what changes often after what changes rarely.',
  },
  'depends-on-output': {
    sentence: ({ name }) => `It depends on files that are not known here${name ? `: ${name}` : ''}.`,
    fix: 'Give the files of that image or stage (`files`), or what the url downloads (`downloads`).',
  },
  env: {
    sentence: changed('Environment variable', 'variable'),
    fix: 'Set variables that change often as late as possible.',
  },
  'env-order': {
    sentence: ({ was, now }) =>
      `The environment has the same variables in another order: it was ${was}, and is now ${now}.`,
    fix: 'Keep the order of ENV lines, also in the base image.',
  },
  label: {
    sentence: changed('Label', 'label'),
    fix: 'Put labels with dates or revisions at the very end, or give them with --label.',
  },
  port: { sentence: changed('Port', 'port') },
  volume: { sentence: changed('Volume', 'volume') },
  command: {
    sentence: ({ was, now }) => `The command changed: it was ${text(script(was))} and is now ${text(script(now))}.`,
  },
  'build-arg': {
    sentence: changed('Build argument', 'argument'),
    fix: 'Every RUN after ARG depends on its value: declare it right before the step that needs it.',
  },
  'proxy-arg': {
    sentence: () => 'One build was given proxy arguments and the other was not, which alone makes a RUN another step.',
    fix: 'Pass the same proxy arguments to every build; their values do not count.',
  },
  instruction: {
    sentence: ({ was, now }) => `The instruction changed: ${text(was)} was built here, and ${text(now)} is asked for.`,
  },
  shell: {
    sentence: ({ was, now }) =>
      `The shell changed from ${text(was)} to ${text(now)}, and every step's comment begins with it.`,
  },
  'file-added': {
    sentence: (cause) => `File ${cause.name} is new${more(cause, 'file differs', 'files differ')}.`,
    fix: 'Exclude what the image does not need in .dockerignore.',
  },
  'file-removed': { sentence: (cause) => `File ${cause.name} is gone${more(cause, 'file differs', 'files differ')}.` },
  'file-changed': {
    sentence: (cause) =>
      `File ${cause.name} differs${more(cause, 'file')}: ${FILE_WORDS[cause.attribute ?? 'content'].toLowerCase()}${cause.was ? ` from ${cause.was} to ${cause.now}` : ''}.`,
    fix: ({ attribute }) =>
      attribute === 'mode' || attribute === 'owner'
        ? 'Modes and owners count, times do not: build from a checkout with one umask.'
        : undefined,
  },
  files: {
    sentence: ({ was, now }) => `The copied files differ: their hash was ${was} and is now ${now}.`,
    fix: 'Give the context of the earlier build to hear which file.',
  },
  'copy-target': {
    sentence: ({ was, now }) =>
      `The same files are copied elsewhere or for another owner: ${text(was)}, now ${text(now)}.`,
  },
  inherited: {
    sentence: ({ name, was, now }) => `What the step inherits differs: ${name} was ${was} and is now ${now}.`,
  },
  'other-parent': {
    sentence: ({ was, now }) => `The same step was built on another parent: on ${was}, and not on ${now}.`,
    fix: 'An earlier step or the base image is another one than at that time.',
  },
  'nothing-built-here': {
    sentence: ({ now }) => `Nothing in the store was built on ${now}.`,
    fix: 'Build once, or name an image with --cache-from.',
  },
  'not-built-locally': {
    sentence: () =>
      'A matching image is there, but it does not say that it was built here, and since 23.0.10, 24.0.9 and 25.0.2 only such images count.',
    fix: 'Images that were pulled, loaded or built before the upgrade count only by --cache-from; build once more.',
  },
  platform: {
    sentence: ({ was, now }) =>
      `A matching image is there for another platform: it says ${was}, and the build is for ${now}.`,
  },
  'no-created': {
    sentence: () =>
      'A matching image is there, but it does not say when it was created, and since 25.0 such an image is never a hit.',
    fix: 'Build once more.',
  },
  'not-above-a-source': {
    sentence: () => 'A matching local image is there, but with --cache-from only ancestors of the named images count.',
    fix: 'Leave --cache-from out, or name the local image as well.',
  },
  'other-source': {
    sentence: () =>
      'A matching image is there, but an earlier step was restored from another --cache-from image, and from then on only that one counts.',
    fix: 'Name the image first that has most of the steps.',
  },
  'no-source-found': {
    sentence: ({ name }) =>
      `None of the --cache-from images is in the store (${name}), and then everything misses, whatever is there locally.`,
    fix: 'Pull or load them first; the classic builder does not.',
  },
  'foreign-history': {
    sentence: ({ was }) =>
      `The --cache-from image was built by ${was}, which tells its steps in other words, so that no classic step matches it.`,
    fix: 'Build the cache image with the same builder.',
  },
  'source-history': {
    sentence: ({ was, now }) =>
      `The --cache-from image has another history: ${text(was)} where this build has ${text(now)}.`,
  },
  'source-layers': {
    sentence: () =>
      'The --cache-from image stands on other layers than this build: its base or an earlier step is another one.',
  },
  'source-step': {
    sentence: ({ was, now }) =>
      `The next step of the --cache-from image is ${text(was)}, and ${text(now)} is asked for.`,
  },
  'source-too-short': { sentence: () => 'The --cache-from image has no step after this point.' },
  'trailing-metadata': {
    sentence: () => 'Docker 1.13 never takes the last steps of a --cache-from image that add no layer (moby#31186).',
    fix: 'Put a step that makes a layer last, or upgrade.',
  },
  'time-zone': {
    sentence: () =>
      'The --cache-from image writes the same time as +00:00 instead of Z, and the daemon takes the two for different.',
    fix: 'Keep the config as the builder wrote it.',
  },
  'entrypoint-reset': {
    sentence: ({ was }) =>
      `ENTRYPOINT [] can never be a hit on a parent that has an entrypoint (${text(was)}): the daemon stores it back.`,
    fix: 'Put it last, or set the entrypoint that is wanted (moby#37643).',
  },
  'user-unset': {
    sentence: ({ was }) =>
      `An empty USER can never be a hit on a parent that has one (${text(was)}): the daemon stores it back.`,
    fix: 'Say USER root.',
  },
  'healthcheck-filled': {
    sentence: () =>
      'A HEALTHCHECK that leaves something open can never be a hit on a parent that has it set: the daemon stores it filled in.',
    fix: 'Give every option of HEALTHCHECK.',
  },
  'healthcheck-text': {
    sentence: () =>
      'The same health check is told in other words: the text of HEALTHCHECK steps changed in Docker 17.05, 25.0 and 29.5.',
    fix: 'Build once with the new release.',
  },
  'restored-image': {
    sentence: () => 'The image here was restored from --cache-from, and such images are never found without it.',
    fix: 'Give --cache-from again, or build once without it.',
  },
  'open-stdin': {
    sentence: () => 'The image here has an open stdin (docker commit -i), and such an image is never a hit.',
  },
  'invalid-utf8': {
    sentence: () =>
      'The step has bytes that are not UTF-8. They are lost in the stored image, so that the step is never a hit.',
    fix: 'Write the Dockerfile in UTF-8.',
  },
  'input-new': {
    sentence: () =>
      'Something that the step starts from is new, and what is new has no key: the files below may be the same as ever, they are not compared.',
    fix: 'Put what changes often after what changes rarely.',
  },
  'operation-new': {
    sentence: ({ name, was, now }) =>
      name === undefined
        ? 'Its input is known, and this operation was never run on it.'
        : `Its input is known, but the operation differs in its ${name}: ${text(was)} was run, and ${text(now)} is asked for.`,
  },
  'content-new': {
    sentence: () => 'The files that it reads are not those of any build before.',
    fix: 'Copy only what the step needs, and exclude the rest in .dockerignore: “COPY .” reads the Dockerfile too.',
  },
  'result-gone': {
    sentence: () => 'It ran once, but its result was pruned.',
  },
  'step-new': {
    sentence: ({ was, now }) =>
      `No image is its parent and one step more with the text ${text(now)}${was === undefined ? '' : `; there is ${text(was)}`}.`,
  },
  'build-error': { sentence: ({ now }) => `The build fails here: ${now}` },
}

/** The cause in one sentence. */
export function sentenceOf(cause: Cause): string {
  return WORDS[cause.code].sentence(cause)
}

/** What to do about it; `undefined` where there is nothing general to say. */
export function fixOf(cause: Cause): string | undefined {
  const { fix } = WORDS[cause.code]
  return typeof fix === 'function' ? fix(cause) : fix
}
