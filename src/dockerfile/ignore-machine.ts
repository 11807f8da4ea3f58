/** What is done at a place: a character is taken, a condition is checked, or it goes on at other places, counted from here. */
type Step = string | RegExp | Condition | readonly number[]
type Condition = (chars: readonly string[], at: number) => boolean

/** One after another, and how often counts repeat the innermost. */
interface Atom {
  readonly steps: readonly Step[]
  readonly times: number
}

/** Layerfold's own bound: only counts lead there. Go has one too, above three million. */
const MOST_STEPS = 2 ** 18

/** A well-formed expression, token by token, as steps; `undefined` where it counts or nests more than Go allows. */
export function compileSteps(tokens: readonly string[]): readonly Step[] | undefined {
  const groups: Atom[][][] = [[[]]]
  let made = 0
  for (const token of tokens) {
    const group = groups.at(-1)!
    const sequence = group.at(-1)!
    const count = REPEATS[token] ?? /^\{(\d+)(?:(,)(\d*))?\}$/.exec(token)?.slice(1)
    if (count !== undefined) {
      const { steps, times } = sequence.pop()!
      const min = Number(count[0])
      const max = count[1] === undefined ? min : count[2] ? Number(count[2]) : undefined
      const most = max ?? Math.max(min, 1)
      made += steps.length * (most - 1)
      if (most > 1000 || times * most > 1000 || made > MOST_STEPS) return undefined
      sequence.push({ steps: repeat(steps, min, max), times: times * most })
    } else if (token === '(') groups.push([[]])
    else if (token === '|') group.push([])
    else if (token === ')') {
      groups.pop()
      groups.at(-1)!.at(-1)!.push(choose(group))
    } else sequence.push({ steps: [stepOf(token)], times: 1 })
    if (groups.length > 1000) return undefined
  }
  return choose(groups[0]!).steps
}

const REPEATS: Readonly<Record<string, readonly string[]>> = { '*': ['0', ','], '+': ['1', ','], '?': ['0', ',', '1'] }

const CONDITIONS: Readonly<Record<string, Condition>> = {
  $: (chars, at) => at === chars.length,
  '(?:^)': (_, at) => at === 0,
  '(?:\\b)': (chars, at) => isWord(chars[at - 1]) !== isWord(chars[at]),
  '(?:\\B)': (chars, at) => isWord(chars[at - 1]) === isWord(chars[at]),
}

const isWord = (char = ''): boolean => /^\w/.test(char)

function stepOf(token: string): Step {
  return CONDITIONS[token] ?? (/^.$/su.test(token) ? token : new RegExp(token, 'u'))
}

function repeat(steps: readonly Step[], min: number, max: number | undefined): Step[] {
  const copies = (steps: readonly Step[], count: number): Step[] => Array.from({ length: count }, () => steps).flat()
  const ever = min > 0 ? [[-steps.length, 1]] : [[1, steps.length + 2], ...steps, [-steps.length - 1]]
  if (max === undefined) return [...copies(steps, min), ...ever]
  return [...copies(steps, min), ...copies([[1, steps.length + 1], ...steps], max - min)]
}

function choose(group: readonly (readonly Atom[])[]): Atom {
  const times = group.flat().reduce((most, atom) => Math.max(most, atom.times), 0)
  const [first, ...others] = group.map((sequence) => sequence.flatMap(({ steps }) => steps))
  if (others.length === 0) return { steps: first!, times }
  const all = [first!, ...others]
  const end = all.reduce((sum, { length }) => sum + length + 1, 1)
  const starts: number[] = []
  const steps: Step[] = [starts]
  for (const one of all) {
    starts.push(steps.length)
    for (const step of one) steps.push(step)
    steps.push([end - steps.length])
  }
  return { steps, times }
}

/** Whether the expression matches somewhere in the text. All ways are followed at once: it takes no longer than both lengths multiplied. */
export function runSteps(steps: readonly Step[], text: string): boolean {
  const chars = [...text]
  const seen = new Int32Array(steps.length).fill(-1)
  let places: number[] = []
  for (let at = 0; at <= chars.length; at++) {
    const next: number[] = []
    places.push(0)
    for (const place of places) {
      if (place === steps.length) return true
      if (seen[place] === at) continue
      seen[place] = at
      const step = steps[place]!
      if (typeof step === 'function') {
        if (step(chars, at)) places.push(place + 1)
      } else if (typeof step === 'string' || step instanceof RegExp) {
        const char = chars[at]
        if (char !== undefined && (typeof step === 'string' ? step === char : step.test(char))) next.push(place + 1)
      } else for (const by of step) places.push(place + by)
    }
    places = next
  }
  return false
}
