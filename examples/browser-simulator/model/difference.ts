/** Two texts in three parts: what both begin with, what differs, what both end with. */
export interface Difference {
  readonly before: string
  readonly was: string
  readonly now: string
  readonly after: string
}

export function differenceOf(was: string, now: string): Difference {
  const [a, b] = [Array.from(was), Array.from(now)]
  const most = Math.min(a.length, b.length)
  let start = 0
  while (start < most && a[start] === b[start]) start++
  let end = 0
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return {
    before: a.slice(0, start).join(''),
    was: a.slice(start, a.length - end).join(''),
    now: b.slice(start, b.length - end).join(''),
    after: a.slice(a.length - end).join(''),
  }
}

/** A long common part, shortened to what stands next to the difference. */
export function nearEnd(text: string, most = 40): string {
  return text.length <= most ? text : `…${text.slice(-most)}`
}

export function nearStart(text: string, most = 40): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`
}

export interface LineChange {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
}

/** Lines that went and came: the longest common subsequence. For texts of Dockerfile size. */
export function lineChanges(was: string, now: string): readonly LineChange[] {
  const [a, b] = [was.split('\n'), now.split('\n')]
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
  const changes: LineChange[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      changes.push({ kind: 'same', text: a[i]! })
      i++
      j++
    } else if (i < a.length && (j === b.length || longest[i + 1]![j]! >= longest[i]![j + 1]!))
      changes.push({ kind: 'gone', text: a[i++]! })
    else changes.push({ kind: 'new', text: b[j++]! })
  }
  return changes
}
