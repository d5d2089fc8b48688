// Files of a sweep short enough for a repository: curves with fewer points.
import { kept } from '../study/curves.js';
import type { Collected, Curve } from './collected.js';

/** The most points a curve keeps; half as many, and again, where the file would be longer than LIMIT. */
const POINTS = 200;

/** Bytes of a file. */
const LIMIT = 1_000_000;

/** Significant digits that are written. */
const DIGITS = 6;

/** The same with as many points in each curve as let it fit into a file, and the file's text. */
export function shortened(collected: Collected): { collected: Collected; text: string } {
  const text = fitting(collected, (thin) => `${JSON.stringify(thin, (_, value) => rounded(value))}\n`);
  return { collected: JSON.parse(text), text };
}

/** A text about the sweep, with as many points in each curve as let it fit into a file. */
export function fitting(collected: Collected, textOf: (thin: Collected) => string): string {
  let points = Math.min(POINTS, collected.smoothing.points);
  for (; ; points = Math.floor(points / 2)) {
    const text = textOf(thinned(collected, points));
    if (Buffer.byteLength(text) <= LIMIT || points === 1) return text;
  }
}

function thinned(collected: Collected, points: number): Collected {
  const thin = <C extends { steps: number[] }>(curve: C) => thinColumns(curve, points);
  const both = (curves: Record<'running' | 'precise', Curve>) => ({
    running: thin(curves.running),
    precise: thin(curves.precise),
  });
  const arms = collected.arms.map((arm) => ({
    ...arm,
    accuracy: both(arm.accuracy),
    testLoss: both(arm.testLoss),
    trainLoss: thin(arm.trainLoss),
    layers: arm.layers.map(thin),
    descent: arm.descent && thin(arm.descent),
  }));
  return { ...collected, smoothing: { ...collected.smoothing, points }, arms };
}

/** Every list of the curve has an entry for each of its steps. */
function thinColumns<C extends { steps: number[] }>(curve: C, points: number): C {
  const rows = kept(curve.steps.length, points);
  const columns = Object.entries(curve).map(([name, column]) => [
    name,
    Array.isArray(column) ? rows.map((row) => column[row]) : column,
  ]);
  return Object.fromEntries(columns);
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}
