// Scales: from values to places in a picture.

/** The least and the largest value. */
export type Range = readonly [low: number, high: number];

export interface Axis {
  domain: Range;
  /** Whether equal factors are equal distances. */
  log: boolean;
}

/** The range of values; 0 … 1 where there are none. Values that are not finite do not count. */
export function rangeOf(values: readonly number[]): Range {
  const [low, high] = values
    .filter(Number.isFinite)
    .reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  if (low > high) return [0, 1];
  return low < high ? [low, high] : [low - (Math.abs(low) / 10 || 1), high + (Math.abs(high) / 10 || 1)];
}

/** The place of a value between two places. */
export function scale({ domain, log }: Axis, [from, to]: Range): (value: number) => number {
  const f = log ? Math.log : (value: number) => value;
  const [low, high] = domain.map(f);
  return (value) => from + ((f(value) - low) / (high - low)) * (to - from);
}

/** Round numbers within an axis: about as many as are asked for. */
export function ticks({ domain: [low, high], log }: Axis, count = 5): number[] {
  if (log) return powers(low, high, factorsOf(low, high));
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const length = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length }, (_, i) => (first + i) * step);
}

/** An axis over values that begins and ends at round numbers. */
export function roundAxis(values: readonly number[], log = false): Axis {
  const [low, high] = rangeOf(values);
  if (log && low > 0) {
    const all = powers(low / 10, high * 10, factorsOf(low, high));
    const round: Range = [all.findLast((value) => value <= low)!, all.find((value) => value >= high)!];
    return { domain: round, log };
  }
  return { domain: rounded(low, high, roundStep((high - low) / 5)), log: false };
}

/** The range between multiples of a step that is as long as the range's own ticks are apart. */
function rounded(low: number, high: number, step: number): Range {
  const [from, to] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  const apart = roundStep((to - from) / 5);
  return apart > step * 1.001 ? rounded(low, high, apart) : [from, to];
}

/** 1, 2 or 5 times a power of ten that is no less than what is given by more than a little. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * 0.9) ?? 10);
}

/** What stands before powers of ten: 1 where there are many. */
const factorsOf = (low: number, high: number) => (Math.log10(high / low) > 3 ? [1] : [1, 2, 5]);

/** Powers of ten between two values, times factors. */
function powers(low: number, high: number, factors: readonly number[]): number[] {
  const from = Math.floor(Math.log10(low));
  const exponents = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => from + i);
  const all = exponents.flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)));
  return all.filter((value) => value >= low * 0.999 && value <= high * 1.001);
}

/** A number in few digits. */
export function short(value: number, digits = 4): string {
  return Number.isFinite(value) ? inDigits(value, digits).replace('-', '−') : '–';
}

function inDigits(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(digits > 2 ? 2 : 0);
  return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1))))));
}
