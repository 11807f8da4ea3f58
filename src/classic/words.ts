import { expandWord, expandWords, isPlainWord } from '../dockerfile/words.ts'
import { GoError } from '../go/error.ts'
import { argsBeside } from './build-args.ts'
import type { Stage } from './stage.ts'

/** One word with its variables filled in from the stage: its environment, then its build arguments. */
export function expand(stage: Stage, word: string): string {
  if (isPlainWord(word)) return word
  const expanded = expandWord(word, environmentOf(stage), stage.escape, stage.grammar)
  if (expanded.outcome === 'error') throw new GoError('word', expanded.text)
  return expanded.word
}

/** EXPOSE's way: a variable may hold several words. */
export function expandToWords(stage: Stage, word: string): readonly string[] {
  const expanded = expandWords(word, environmentOf(stage), stage.escape, stage.grammar)
  if (expanded.outcome === 'error') throw new GoError('word', expanded.text)
  return expanded.words
}

function environmentOf({ config, args }: Stage): string[] {
  const env = config.Env ?? []
  return [...env, ...argsBeside(args, env)]
}
