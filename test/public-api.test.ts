import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..')
const SUBPATHS = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === 'object' ? [[subpath, target.default.replace('./dist', 'src').replace('.js', '.ts')] as const] : [],
)

interface Declared {
  readonly name: string
  /** As TypeScript publishes it, without `export declare` and comments. */
  readonly text: string
  /** Is there at run time. */
  readonly isValue: boolean
}

/** What the file's `.d.ts` exports by its own name. Needs no type check: the sources say every public type themselves (isolatedDeclarations). */
function declarationsOf(file: string): Declared[] {
  const compilerOptions = { removeComments: true, target: ts.ScriptTarget.ES2022 }
  const { outputText } = ts.transpileDeclaration(readFileSync(join(ROOT, file), 'utf8'), {
    fileName: file,
    compilerOptions,
  })
  return parse(file, outputText).statements.flatMap((statement) => {
    if (!statement.getText().startsWith('export ')) return []
    const text = statement
      .getText()
      .replace(/^export (declare )?/, '')
      .replaceAll('    ', '  ')
    const isValue = !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)
    return namesOf(statement).map((name) => ({ name, text, isValue }))
  })
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText())
  return ts.isDeclarationStatement(statement) && statement.name !== undefined ? [statement.name.getText()] : []
}

/** All that an entry file exports: what it declares itself, and what it takes from the file that declares it. */
function exportsOf(entry: string): Declared[] {
  const { statements } = parse(entry, readFileSync(join(ROOT, entry), 'utf8'))
  return [
    ...declarationsOf(entry),
    ...statements.filter(ts.isExportDeclaration).flatMap((each) => namedIn(entry, each)),
  ]
}

function namedIn(entry: string, { moduleSpecifier, exportClause: clause }: ts.ExportDeclaration): Declared[] {
  const from = join(dirname(entry), (moduleSpecifier as ts.StringLiteral).text)
  const declared = declarationsOf(from)
  if (ts.isNamespaceExport(clause!)) {
    const members = declared.filter(({ isValue }) => isValue).map(({ text }) => `  ${text}`)
    const text = `namespace ${clause.name.text} {\n${members.sort().join('\n')}\n}`
    return [{ name: clause.name.text, text, isValue: true }]
  }
  return clause!.elements.flatMap(({ name }) => {
    const found = declared.filter((each) => each.name === name.text)
    if (found.length === 0) throw new Error(`${from} does not export ${name.text}`)
    return found
  })
}

describe.each(SUBPATHS)('the public names of %s', (subpath, entry) => {
  const declared = exportsOf(entry).sort((a, b) => (a.name < b.name ? -1 : 1))

  it('have the types of test/public-api, which change only on purpose', async () => {
    const listing = `${declared.map(({ text }) => text).join('\n\n')}\n`
    const name = subpath === '.' ? 'layerfold' : subpath.slice(2)
    await expect(listing).toMatchFileSnapshot(join(import.meta.dirname, `public-api/${name}.txt`))
  })

  it('are there at run time, and no others', async () => {
    const module: object = await import(join(ROOT, entry))
    const values = new Set(declared.flatMap(({ name, isValue }) => (isValue ? [name] : [])))
    expect(Object.keys(module).sort()).toEqual([...values].sort())
  })
})
