import type { RuleSet } from '../cache/rules.ts'
import type { Grammar } from '../dockerfile/grammar.ts'

/** How the classic builder of one Docker generation turns instructions into what the cache is asked by (spec 8.12). Plain facts beside a cache's `RuleSet`. */
export interface ClassicBuilder {
  readonly rules: RuleSet
  readonly grammar: Grammar
  /** After the first miss nothing is probed any more: in the stage, or, in 1.13, in the whole build. */
  readonly missLasts: 'stage' | 'build'
  /** Comments of 1.13: `USER [u]`, `STOPSIGNAL [s]`, EXPOSE with the ports normalised. */
  readonly comments: 'bracketed' | 'plain'
  /** What stands between `--chown=…` and the hash. */
  readonly afterChown: '' | ' '
  /** Fields of a HEALTHCHECK's comment: quoted without their names, or (29.5 and later) named. */
  readonly healthcheck: 'quoted' | 'quoted-with-start-period' | 'quoted-with-start-interval' | 'named'
  readonly proxies: readonly string[]
  /** Whether undeclared proxy arguments are part of what a RUN is looked up by. */
  readonly proxiesCount: boolean
  /** A RUN is looked up with the stage's entrypoint (1.13), or without any. */
  readonly runEntrypoint: 'kept' | 'none'
  /** 1.13 marks CMD and RUN as escaped on Linux too. */
  readonly argsEscaped: boolean
  /** 1.13 commits COPY and ADD through a container, and its stage keeps what container creation has changed. */
  readonly everythingInContainers: boolean
  /** Absolute WORKDIR paths are taken as written, or cleaned (28). */
  readonly workdir: 'as-written' | 'cleaned'
  /** The working directory in a stored config: cleaned by the container's creation, or (since moby#47723) as in the step. */
  readonly madeDirectory: 'cleaned' | 'as-written'
  /** What a symlink inside a copied directory counts as. */
  readonly linksInDirectories: 'own' | 'followed'
}
