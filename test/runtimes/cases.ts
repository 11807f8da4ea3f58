import { digestOf } from 'layerfold'

/** What every runtime is given: bytes as numbers, so that the barest of them needs no decoder. */
export interface Assets {
  /** Archives of a real daemon, see examples/rebuild. */
  readonly tiny: readonly number[]
  readonly app: readonly number[]
  /** The configs in them. */
  readonly configs: { readonly tiny: string; readonly app: string }
  readonly dockerfile: string
  readonly file: string
}

export interface Case {
  readonly name: string
  /** Gives JSON. Throws when it is not what a real daemon gave. */
  readonly run: (assets: Assets) => unknown
}

export interface Outcome {
  readonly name: string
  /** Of the result; the same everywhere. */
  readonly digest: string
  /** Absent where it passed. */
  readonly fault?: string
}

export interface Report {
  readonly outcomes: readonly Outcome[]
  /** Of all results. */
  readonly digest: string
}

export async function runCases(cases: readonly Case[], assets: Assets): Promise<Report> {
  const outcomes: Outcome[] = []
  for (const { name, run } of cases) {
    try {
      outcomes.push({ name, digest: digestText(JSON.stringify(await run(assets))) })
    } catch (error) {
      outcomes.push({
        name,
        digest: '',
        fault: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
      })
    }
  }
  return { outcomes, digest: digestText(JSON.stringify(outcomes.map(({ digest }) => digest))) }
}

export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`got ${a}, not ${b}`)
}

export function digestText(text: string): string {
  return digestOf(new TextEncoder().encode(text)).slice(7, 19)
}
