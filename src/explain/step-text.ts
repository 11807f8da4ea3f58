/** What a step's Cmd says of it: the comment of an instruction, or the command of a RUN. */
export interface StepText {
  /** `RUN`, or the comment's first word. */
  readonly instruction: string
  /** What follows it. */
  readonly text: string
  /** Build arguments in front of a RUN, `NAME=value`; `undefined` where there is no `|N`. */
  readonly args: readonly string[] | undefined
  /** The shell in front of a comment. */
  readonly shell: string
}

const NOP = '#(nop) '

export function readStepText(cmd: readonly string[]): StepText {
  const at = cmd.findIndex((word) => word.startsWith(NOP))
  if (at >= 0) {
    const comment = [cmd[at]!.slice(NOP.length), ...cmd.slice(at + 1)].filter((word) => word !== '').join(' ')
    const [instruction = ''] = comment.split(' ', 1)
    return {
      instruction,
      text: comment.slice(instruction.length + 1),
      args: undefined,
      shell: cmd.slice(0, at).join(' '),
    }
  }
  const count = /^\|(\d+)$/.exec(cmd[0] ?? '')
  if (count === null) return { instruction: 'RUN', text: cmd.join(' '), args: undefined, shell: '' }
  const args = cmd.slice(1, 1 + Number(count[1]))
  return { instruction: 'RUN', text: cmd.slice(1 + args.length).join(' '), args, shell: '' }
}

/** The same from a history's `created_by`, where the words are joined by blanks. */
export function readCreatedBy(text: string): StepText {
  const at = text.indexOf(` ${NOP}`)
  return at < 0
    ? readStepText([text])
    : readStepText([text.slice(0, at), NOP, text.slice(at + NOP.length + 1).trimStart()])
}

export interface CopyText {
  readonly chown: string
  readonly hash: string
  readonly destination: string
}

/** `--chown=u:gfile:… in /dst `, with or without a blank after the owner. */
export function readCopyText(text: string): CopyText | undefined {
  const parts = /^(--chown=.*?)? ?((?:file|dir|multi|assumed):[0-9a-f]+|[0-9a-f]{64}) in (.*) $/s.exec(text)
  return parts === null ? undefined : { chown: parts[1] ?? '', hash: parts[2]!, destination: parts[3]! }
}
