// Convolutions with numbers that are not finite. The engine multiplies by the zeros of margins, and 0·∞ and 0·NaN are NaN;
// by the definition a margin takes no part. So the engine computes with 1 or −1 in the place of such numbers, then counts
// by three convolutions of small integers which of them an output sees, and with what sign.
import type { Plan } from '../../../spec.js';
import type { Floats } from '../../device.js';

/** Which input of each pass is multiplied by margins. */
const multiplied: Partial<Record<string, number>> = { conv2d: 1, conv2dGradInput: 1, conv2dGradWeight: 0 };

/** The input that margins multiply in a pass; undefined where there are none. */
export function besideMargins(name: string, { ints }: Plan): number | undefined {
  return name === 'conv2d' && ints?.padH === 0 && ints?.padW === 0 ? undefined : multiplied[name];
}

/** 1 or −1 of what has a sign; 0 of 0 and NaN. */
const sign = (value: number) => Number(value > 0) - Number(value < 0);

/**
 * A convolution of `values`, the input that margins multiply, by `others`; `convolve` computes it in which no margin meets
 * what is not finite.
 */
export function withoutMargins(
  values: Floats,
  others: Floats,
  convolve: (values: Floats, others: Floats) => Floats,
): Floats {
  const out = convolve(
    values.map((value) => (Number.isFinite(value) ? value : sign(value) || 1)),
    others,
  );
  const signs = values.map((value) => (Number.isFinite(value) ? 0 : sign(value)));
  const seen = convolve(
    values.map((value) => Number(!Number.isFinite(value))),
    others.map(() => 1),
  );
  // NaN alone needs no signs
  if (!signs.includes(1) && !signs.includes(-1)) return out.map((value, i) => value + sumOf(seen[i], 0, 0));
  const signed = convolve(signs, others.map(sign));
  const infinite = convolve(
    signs.map(Math.abs),
    others.map((value) => Math.abs(sign(value))),
  );
  return out.map((value, i) => value + sumOf(seen[i], signed[i], infinite[i]));
}

/** The sum of products of which so many were seen, so many of them infinite, and what their signs add up to. */
function sumOf(seen: number, signed: number, infinite: number): number {
  if (seen === 0) return 0;
  if (seen > infinite || Math.abs(signed) < infinite) return Number.NaN;
  return signed * Number.POSITIVE_INFINITY;
}
