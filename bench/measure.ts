/**
 * Times functions side by side: samples of all of them in turn, so that a slow moment of the machine meets each. Gives the median per call, in microseconds. The first third
 * more does not count: the engine is still compiling what is called often.
 */
export function sideBySide(
  runs: Readonly<Record<string, () => unknown>>,
  options: { samples?: number; milliseconds?: number } = {},
): Record<string, number> {
  const { samples = 15, milliseconds = 20 } = options
  const names = Object.keys(runs)
  const times = new Map<string, number[]>(names.map((name) => [name, []]))
  const counts = new Map(names.map((name) => [name, calibrate(runs[name]!, milliseconds)]))
  for (let sample = -Math.ceil(samples / 3); sample < samples; sample++) {
    for (const name of names) {
      const time = timeOf(runs[name]!, counts.get(name)!)
      if (sample >= 0) times.get(name)!.push(time)
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)]))
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

/** What a result is added to, so that no engine can leave the work out. */
export const sink: { value: unknown } = { value: undefined }

function timeOf(run: () => unknown, count: number): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) sink.value = run()
  return Number(process.hrtime.bigint() - start) / 1000 / count
}

function calibrate(run: () => unknown, milliseconds: number): number {
  let count = 1
  while (timeOf(run, count) * count < milliseconds * 250 && count < 1e6) count *= 2
  return Math.max(1, Math.round((milliseconds * 1000) / timeOf(run, count)))
}

/** Heap and external bytes after a full collection. Needs `--expose-gc`. */
export function memoryInUse(): number {
  const collect = (globalThis as { gc?: () => void }).gc
  if (collect === undefined) throw new Error('run node with --expose-gc')
  for (let i = 0; i < 4; i++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
