import type { Result } from './replay.ts'

const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8a7a00', '#777777']

const [WIDTH, HEIGHT, LEFT, TOP, PANEL] = [420, 260, 46, 34, 480] as const

/** One panel a rule set, one line a policy: the share of steps that hit, after so many builds. */
export function plot(results: readonly Result[]): string {
  const engines = [...new Set(results.map(({ engine }) => engine))]
  const names = [...new Set(results.map(({ policy }) => policy))]
  const panels = engines.map((engine, at) => {
    const lines = results.filter((result) => result.engine === engine)
    return `<g transform="translate(${at * PANEL + LEFT} ${TOP})">${axes(engine, lines[0]!.builds)}${lines.map((result) => line(result, names)).join('')}</g>`
  })
  const legend = names.map((name, at) => {
    const [x, y] = [LEFT + (at % 2) * PANEL, TOP + HEIGHT + 44 + Math.floor(at / 2) * 20]
    return `<g transform="translate(${x} ${y})"><rect width="14" height="4" y="-6" fill="${colorOf(name, names)}"/><text x="20">${escaped(name)}</text></g>`
  })
  const [width, height] = [engines.length * PANEL + 20, TOP + HEIGHT + 50 + Math.ceil(names.length / 2) * 20]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>Share of steps that hit, by policy and rule set</title><rect width="100%" height="100%" fill="#fff"/>
${[...panels, ...legend].join('\n')}
</svg>
`
}

function axes(title: string, builds: number): string {
  const marks = [0, 25, 50, 75, 100].map((percent) => {
    const y = HEIGHT - (percent / 100) * HEIGHT
    return `<path d="M0 ${y}H${WIDTH}" stroke="#ddd"/><text x="-6" y="${y + 4}" text-anchor="end">${percent} %</text>`
  })
  return `<text y="-12" font-weight="bold">${escaped(title)}</text>${marks.join('')}<text x="${WIDTH}" y="${HEIGHT + 18}" text-anchor="end">${builds} builds</text>`
}

function line({ rate, policy }: Result, names: readonly string[]): string {
  const every = Math.max(1, Math.floor(rate.length / 200))
  const points = rate.flatMap((value, at) =>
    at % every === 0 || at === rate.length - 1
      ? [`${((at / Math.max(1, rate.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - value * HEIGHT).toFixed(1)}`]
      : [],
  )
  return `<polyline fill="none" stroke-width="1.6" stroke="${colorOf(policy, names)}" points="${points.join(' ')}"/>`
}

function colorOf(name: string, names: readonly string[]): string {
  return COLORS[names.indexOf(name) % COLORS.length]!
}

function escaped(text: string): string {
  return text.replace(/[&<]/g, (character) => (character === '&' ? '&amp;' : '&lt;'))
}
