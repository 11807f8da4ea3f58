import type { Command, Options } from './command.ts'

/** What `layerfold --help` says. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `What would this Docker build reuse from its cache, and why not?

Usage: layerfold COMMAND [OPTIONS] …

${lines.join('\n')}

Exit codes
  0  done: a prediction was made; with --require-cache, every step is cached
  1  --require-cache, and not every step is cached
  2  bad input
  4  the Dockerfile has a syntax error
  70 an error in layerfold itself; 130 interrupted

Examples
  layerfold explain -f Dockerfile --cache-from docker-archive:app.tar .
  docker save base | layerfold import - && layerfold predict .
  layerfold predict --help
`
}

/** What `layerfold COMMAND --help` says. */
export function helpOf({ name, operands, summary, options, examples }: Command): string {
  return (
    `${summary}.

Usage: layerfold ${name} [OPTIONS] ${operands}`.trimEnd() +
    `

Options
${optionLines(options)}

Examples
${examples.map((example) => `  ${example}`).join('\n')}
`
  )
}

function optionLines(options: Options): string {
  const rows = Object.entries(options).flatMap(([name, { short, value, help }]) =>
    help === undefined
      ? []
      : [[`${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`, help]],
  )
  const width = Math.max(...rows.map(([left]) => left!.length))
  return rows.map(([left, help]) => `  ${left!.padEnd(width)}  ${help}`).join('\n')
}
