import { type Call, type Command, HELP, operandsOf } from './command.ts'
import { badInput, type Io, print } from './io.ts'

/** The command that prints a shell's completion script for these commands and itself. */
export function completionCommand(commands: readonly Command[]): Command {
  return {
    name: 'completion',
    operands: 'bash|zsh|fish',
    summary: "A shell's completion script",
    options: HELP,
    examples: [
      'source <(layerfold completion bash)',
      'layerfold completion fish > ~/.config/fish/completions/layerfold.fish',
    ],
    run: async (call: Call, io: Io) => {
      const [shell] = operandsOf(call, 1, 1, 'completion bash|zsh|fish')
      if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish')
        throw badInput(`no completion for ${shell}; there are bash, zsh, fish`)
      await print(io, SCRIPTS[shell](commands))
      return 0
    },
  }
}

const SCRIPTS = {
  bash,
  zsh: (commands: readonly Command[]) => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`,
  fish,
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) =>
      `    ${command.name}) words='${shownOptions(command)
        .map((name) => `--${name}`)
        .join(' ')}' ;;`,
  )
  return `_layerfold() {
  local word=\${COMP_WORDS[COMP_CWORD]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...commands.map(({ name }) => name), 'completion'].join(' ')}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _layerfold layerfold
`
}

function fish(commands: readonly Command[]): string {
  const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
  const names = commands.map(
    ({ name, summary }) => `complete -c layerfold -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  )
  const options = commands.flatMap((command) =>
    shownOptions(command).map((name) => {
      const { type, short, help } = command.options[name]!
      const flags = `-l ${name}${short === undefined ? '' : ` -s ${short}`}${type === 'string' ? ' -r' : ''}`
      return `complete -c layerfold -n '__fish_seen_subcommand_from ${command.name}' ${flags} -d ${quoted(help!)}`
    }),
  )
  return `${[...names, ...options].join('\n')}\n`
}

function shownOptions({ options }: Command): string[] {
  return Object.keys(options).filter((name) => options[name]!.help !== undefined)
}
