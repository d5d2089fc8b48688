// 'Did you mean': the word nearest to one that is not among those there are. Commander has the like for flags and commands only.

/** Edits between two words: letters inserted, left out or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** ' (Did you mean wasm?)', where a word is near enough; else nothing. */
export function suggestion(word: string, words: readonly string[]): string {
  const lower = word.toLowerCase();
  const [nearest] = words
    .map((other) => ({ other, edits: distance(lower, other.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const near = nearest && nearest.edits <= Math.max(1, 0.4 * nearest.other.length);
  return near ? ` (Did you mean ${nearest.other}?)` : '';
}
