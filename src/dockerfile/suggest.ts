/** The text, and which of the names was probably meant: within two edits (buildkit util/suggest). Of names that are as near, the first. */
export function withSuggestion(text: string, word: string, names: readonly string[]): string {
  let nearest: string | undefined
  let least = 3
  for (const name of names) {
    const edits = distance(word, name)
    if (edits === 0) return text
    if (edits >= least) continue
    nearest = name
    least = edits
  }
  return nearest === undefined ? text : `${text} (did you mean ${nearest}?)`
}

/** Levenshtein's distance; 3 stands for all beyond. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + (a[i] === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
