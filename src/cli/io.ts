import type { Readable, Writable } from 'node:stream'

/** What a command sees of its process. */
export interface Io {
  readonly stdin: Readable
  /** Results only. */
  readonly stdout: Writable & Partial<TerminalSide>
  /** Everything else. */
  readonly stderr: Writable & Partial<TerminalSide>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by ^C. */
  readonly signal: AbortSignal
}

interface TerminalSide {
  readonly isTTY: boolean
  /** Knows NO_COLOR, FORCE_COLOR and TERM. */
  readonly hasColors: () => boolean
}

/** One line for the log. */
export function log({ stderr }: Io, text: string): void {
  stderr.write(`${text}\n`)
}

/** Waits while the reader is slow; does not mind one that is gone. */
export async function print({ stdout, signal }: Io, text: string | Uint8Array): Promise<void> {
  if (!stdout.writable || stdout.write(text)) return
  await new Promise<void>((resolve) => {
    for (const event of ['drain', 'close', 'error']) stdout.once(event, resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

export async function printJSON(io: Io, value: unknown): Promise<void> {
  await print(io, `${JSON.stringify(value, undefined, 2)}\n`)
}

/** Bad input: said without a stack, and the command ends with 2. */
export function badInput(text: string): Error {
  return Object.assign(new Error(text), { name: 'BadInput' })
}

/** Text of a file or an archive that may hold anything: a terminal must not obey it. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\0-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]/gu, escaped)
}

function escaped(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return ' '
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

type Color = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

const CODES: Readonly<Record<Color, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 }

/** Colors the text where standard output is a terminal that shows colors. */
export function colored({ stdout }: Io, color: Color, text: string): string {
  return stdout.isTTY && stdout.hasColors?.() ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text
}

/** Rows under each other; the last cell is not padded. Widths are of the text without colors. */
export function table(rows: readonly (readonly string[])[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colors of `colored`
  const width = (cell: string): number => cell.replace(/\u001b\[\d+m/g, '').length
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, width(cell))
  const padded = (cell: string, at: number): string => cell + ' '.repeat(widths[at]! - width(cell))
  return rows.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('')
}

/** Counts bytes on the terminal, if there is one and it takes long. Call `end` before other output. */
export function startProgress(
  io: Io,
  what: string,
): { readonly add: (bytes: number) => void; readonly end: () => void } {
  if (!io.stderr.isTTY) return { add: () => {}, end: () => {} }
  let next = performance.now() + 500
  let shown = false
  return {
    add: (bytes) => {
      if (performance.now() < next) return
      next = performance.now() + 100
      shown = true
      io.stderr.write(`\r\u001b[K${what}: ${(bytes / 1e6).toFixed(0)} MB`)
    },
    end: () => {
      if (shown) io.stderr.write('\r\u001b[K')
    },
  }
}
