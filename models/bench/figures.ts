// What the parts of the benchmark share: medians, rounding, and tables of text.

/** The median of some values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Milliseconds that a call takes. */
export async function milliseconds(call: () => unknown): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Rows below a heading: `left` columns of words, flush left, then numbers. */
export function table(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
