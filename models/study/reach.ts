// When a curve reaches a target.

/** A curve's points, in order of x. */
export interface Points {
  x: readonly number[];
  y: readonly number[];
}

/**
 * The x at which a curve first reaches the target from below, on the straight line between two points; that of the first
 * point where it begins there. Infinity where it never does.
 */
export function reaches({ x, y }: Points, target: number): number {
  const i = y.findIndex((value) => value >= target);
  if (i === -1) return Number.POSITIVE_INFINITY;
  return i === 0 ? x[0] : x[i - 1] + ((target - y[i - 1]) / (y[i] - y[i - 1])) * (x[i] - x[i - 1]);
}

/** The same from above. */
export function fallsTo({ x, y }: Points, target: number): number {
  return reaches({ x, y: y.map((value) => -value) }, -target);
}

/** The value of a curve at x, on the straight line between two points; Infinity at infinity. The curve begins at (0, 0). */
export function valueAt({ x, y }: Points, at: number): number {
  if (at === Number.POSITIVE_INFINITY) return at;
  const i = x.findIndex((value) => value >= at);
  if (i === -1) return y.at(-1)!;
  const [x0, y0] = i === 0 ? [0, 0] : [x[i - 1], y[i - 1]];
  return y0 + ((at - x0) / (x[i] - x0)) * (y[i] - y0);
}
