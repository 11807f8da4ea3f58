import type { HealthConfig } from '../image/config.ts'

/** Where something stands in the file. All 1-based; columns in UTF-16 units, a byte order mark not counted. */
export interface Position {
  readonly line: number
  readonly column: number
  /** The last line that belongs to it: continuations and here-documents included. */
  readonly endLine: number
}

/** What the daemon says of a file, with the place it speaks of. */
export interface Problem {
  readonly text: string
  readonly position: Position
}

interface Common {
  /** What the daemon prints after `Step n/m : `. */
  readonly text: string
  readonly position: Position
}

/** Keys and values as written: unexpanded, with their quotes. */
export interface Pair {
  readonly key: string
  readonly value: string
}

export interface PairsInstruction extends Common {
  readonly kind: 'ENV' | 'LABEL'
  readonly pairs: readonly Pair[]
}

export interface ArgInstruction extends Common {
  readonly kind: 'ARG'
  /** No value is not the empty value. */
  readonly args: readonly { readonly key: string; readonly value?: string }[]
}

export interface FromInstruction extends Common {
  readonly kind: 'FROM'
  readonly base: string
  readonly platform?: string
  /** As written; a stage has it in lower case. */
  readonly name?: string
}

export interface CopyInstruction extends Common {
  readonly kind: 'ADD' | 'COPY'
  /** Here-documents are left out: the classic builder never sees them. */
  readonly sources: readonly string[]
  readonly destination: string
  readonly chown?: string
  readonly chmod?: string
  readonly from?: string
  readonly link?: boolean
  /** Here-documents with their ends, as they follow the line. */
  readonly heredocs?: string
}

export interface CommandInstruction extends Common {
  readonly kind: 'RUN' | 'CMD' | 'ENTRYPOINT'
  /** The JSON form's list; or the shell form's one string, none where there is no text. `undefined` is nil: an ENTRYPOINT that says nothing. */
  readonly words: readonly string[] | undefined
  readonly json: boolean
  /** Names of the flags given to RUN: the classic builder refuses the first one when the step comes. */
  readonly flags: readonly string[]
  /** Values of RUN's `--mount`, in order; `--network` and `--security`. */
  readonly mounts?: readonly string[]
  readonly network?: string
  readonly security?: string
  /** Here-documents with their ends, as they follow the line: the classic builder never sees them. */
  readonly heredocs?: string
}

export interface HealthcheckInstruction extends Common {
  readonly kind: 'HEALTHCHECK'
  readonly health: HealthConfig
}

export interface ExposeInstruction extends Common {
  readonly kind: 'EXPOSE'
  /** In order of their bytes, as the daemon keeps them (since 17.05; 1.13 sorts after expansion). */
  readonly ports: readonly string[]
}

export interface VolumeInstruction extends Common {
  readonly kind: 'VOLUME'
  readonly paths: readonly string[]
}

export interface ShellInstruction extends Common {
  readonly kind: 'SHELL'
  readonly words: readonly string[]
}

export interface TextInstruction extends Common {
  readonly kind: 'MAINTAINER' | 'STOPSIGNAL' | 'USER' | 'WORKDIR'
  readonly value: string
}

export interface OnbuildInstruction extends Common {
  readonly kind: 'ONBUILD'
  /** What a later build will run, as written. */
  readonly expression: string
}

/** One instruction, its words unexpanded. */
export type Instruction =
  | PairsInstruction
  | ArgInstruction
  | FromInstruction
  | CopyInstruction
  | CommandInstruction
  | HealthcheckInstruction
  | ExposeInstruction
  | VolumeInstruction
  | ShellInstruction
  | TextInstruction
  | OnbuildInstruction

export type Kind = Instruction['kind']
