/** What the caller did wrong, as RFC 9457 has it. */
export interface Problem {
  /** The end of its type: `tag:layerfold,2026:problems/<name>`. */
  readonly name: string
  readonly status: number
  readonly title: string
  readonly detail?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Members of its own. */
  readonly more?: Readonly<Record<string, unknown>>
}

export function isProblem(value: object): value is Problem {
  return 'status' in value && 'title' in value
}

export function problemResponse({ name, status, title, detail, headers, more }: Problem): Response {
  const body = {
    type: `tag:layerfold,2026:problems/${name}`,
    title,
    status,
    ...(detail !== undefined && { detail }),
    ...more,
  }
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}
