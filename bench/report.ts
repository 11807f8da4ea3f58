/** One line of a table: a question, its size, and numbers by name. */
export type Row = Readonly<Record<string, string | number>> & { readonly question: string; readonly size: number }

export function printRows(rows: readonly Row[]): void {
  console.log(`\n${rows[0]?.question ?? 'nothing measured'}`)
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== 'question')
  const lines = [names, ...rows.map((row) => names.map((name) => shown(row[name])))]
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  for (const line of lines) console.log(`  ${line.map((cell, column) => cell.padStart(widths[column]!)).join('  ')}`)
}

/** Three digits, in words that people read. */
export function shown(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  if (Number.isInteger(value)) return String(value)
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}
