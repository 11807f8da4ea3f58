/** `npm run bench:docs`: puts the figures of docs/benchmarks.json into the tables of docs/benchmarks.md, each below a comment that names its question. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, shown } from './report.ts'

const DOCS = join(import.meta.dirname, '../docs')

export function readFigures(): { readonly page: string; readonly rows: readonly Row[] } {
  const { rows } = JSON.parse(readFileSync(join(DOCS, 'benchmarks.json'), 'utf8')) as { readonly rows: readonly Row[] }
  return { page: readFileSync(join(DOCS, 'benchmarks.md'), 'utf8'), rows }
}

/** The page with the tables of these rows. Throws an Error for a question that nobody measured. */
export function withTables(page: string, rows: readonly Row[]): string {
  const filled = page.replace(/(<!-- (.+) -->\n\n)(?:\|.*\n)*\n*/g, (_, comment: string, question: string) => {
    const own = rows.filter((row) => row.question === question)
    if (own.length === 0) throw new Error(`nothing measured: ${question}`)
    return `${comment}${tableOf(own)}\n`
  })
  return `${filled.trimEnd()}\n`
}

function tableOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0]!).filter((name) => name !== 'question')
  const lines = [names, names.map(() => '---:'), ...rows.map((row) => names.map((name) => shown(row[name])))]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

if (process.argv[1] === import.meta.filename) {
  const { page, rows } = readFigures()
  writeFileSync(join(DOCS, 'benchmarks.md'), withTables(page, rows))
}
