import { GoError } from '../go/error.ts'

/** A name of an image, normalised: with its registry, and `library/` where Docker Hub implies it. Grammar: distribution's reference package. */
export interface Reference {
  /** `docker.io/library/busybox`. */
  readonly name: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

const ALPHANUMERIC = '[a-z0-9]+'
/** Each text has one way to match it: Go's regular expressions need no more, a backtracking engine does. */
const COMPONENT = `${ALPHANUMERIC}(?:(?:\\.|__?|-+)${ALPHANUMERIC})*`
const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const NAME = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*`
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const REFERENCE = /* @__PURE__ */ new RegExp(`^(${NAME})(?::([\\w][\\w.-]{0,127}))?(?:@(${DIGEST}))?$`)

/**
 * Reads a name as people write it (`busybox`, `app:1`, `host:5000/app@sha256:…`). Throws an `invalid-reference` GoError with the daemon's text
 * (distribution reference.ParseNormalizedNamed, spec 5.2).
 */
export function parseReference(text: string): Reference {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  }
  const [domain, rest] = splitDomain(text)
  const remoteName = rest.split(':')[0]!
  if (remoteName !== remoteName.toLowerCase())
    throw invalid('invalid reference format: repository name must be lowercase')
  return parseCanonical(`${domain}/${rest}`)
}

/** The name without what Docker Hub implies: `busybox`, `user/app`, `host:5000/app`. */
export function familiarName({ name }: Pick<Reference, 'name'>): string {
  return name.replace(/^docker\.io\/(library\/(?=[^/]*$))?/, '')
}

/** `name:tag` or `name@digest`; the tag is `latest` when there is neither. What a store keeps its tags by. */
export function referenceKey({ name, tag, digest }: Reference): string {
  return digest === undefined ? `${name}:${tag ?? 'latest'}` : `${name}@${digest}`
}

function parseCanonical(text: string): Reference {
  const parts = REFERENCE.exec(text)
  if (parts === null) {
    const wouldBe = REFERENCE.test(text.toLowerCase())
    throw invalid(wouldBe ? 'invalid reference format: repository name must be lowercase' : 'invalid reference format')
  }
  const [, name, tag, digest] = parts as unknown as [string, string, string?, string?]
  if (name.length > 255) throw invalid('repository name must not be more than 255 characters')
  const fault = digest === undefined ? undefined : digestFault(digest)
  if (fault !== undefined) throw invalid(fault)
  return { name, tag, digest }
}

/** go-digest's Validate. */
function digestFault(digest: string): string | undefined {
  const [algorithm, hex] = digest.split(':') as [string, string]
  const length = /^sha(256|384|512)$/.exec(algorithm)?.[1]
  if (length === undefined && !/[A-Z]/.test(algorithm)) return 'unsupported digest algorithm'
  if (length !== undefined && hex.length * 4 !== Number(length)) return 'invalid checksum digest length'
  return length === undefined || /[A-F]/.test(hex) ? 'invalid checksum digest format' : undefined
}

function invalid(text: string): GoError {
  return new GoError('invalid-reference', text)
}

function splitDomain(text: string): [domain: string, rest: string] {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost')
  const domain = isDomain ? first.replace(/^index\.docker\.io$/, 'docker.io') : 'docker.io'
  const rest = isDomain ? text.slice(slash + 1) : text
  return [domain, domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest]
}
