// 'Did you mean': the word nearest to one that is not among those there are. Commander has the like for flags and commands only.

/** Edits between two words: letters inserted, left out or replaced, and neighbours that changed places. */
function distance(a: string, b: string): number {
  const edits = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= b.length; j++) edits[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = edits[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? edits[i - 2][j - 2] + 1 : replaced;
      edits[i][j] = Math.min(replaced, swapped, edits[i - 1][j] + 1, edits[i][j - 1] + 1);
    }
  }
  return edits[a.length][b.length];
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
