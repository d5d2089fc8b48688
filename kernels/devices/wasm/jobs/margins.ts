// Convolutions with numbers that are not finite. The engine multiplies by the zeros of margins, and 0·∞ and 0·NaN are NaN;
// by the definition a margin takes no part. So the engine computes with 1 or −1 in the place of such numbers, and their
// own terms are added here, one by one.
import type { Plan } from '../../../spec.js';
import type { Floats } from '../../device.js';

/** The sizes of a convolution, by name. */
type Sizes = Readonly<Record<string, number>>;

/** Which input of each pass is multiplied by margins. */
const multiplied: Partial<Record<string, number>> = { conv2d: 1, conv2dGradInput: 1, conv2dGradWeight: 0 };

/** The input that margins multiply in a pass; undefined where there are none. */
export function besideMargins(name: string, { ints }: Plan): number | undefined {
  return name === 'conv2d' && ints?.padH === 0 && ints?.padW === 0 ? undefined : multiplied[name];
}

/** Values with 1 or −1 in the place of what is not finite. */
export function replaced(values: Floats): Floats {
  return values.map((value) => (Number.isFinite(value) ? value : value < 0 ? -1 : 1));
}

/** Adds the terms of the numbers that are not finite in the input that margins multiply; `other` is the other input. */
export function addTerms(name: string, plan: Plan, out: Floats, values: Floats, other: Floats): void {
  const sizes: Sizes = plan.ints ?? {};
  if (name === 'conv2dGradWeight') addGradients(sizes, out, values, other);
  else addWeights(name === 'conv2d', sizes, out, values, other);
}

/** The outputs along one axis whose tap at `offset` lies in the image. */
function inside(count: number, stride: number, offset: number, size: number): [from: number, to: number] {
  return [
    Math.max(0, Math.ceil(-offset / stride)),
    Math.min(count - 1, Math.floor((size - 1 - offset) / stride)),
  ];
}

/** Each weight that is not finite times every x or g that it meets; a second NaN in the same place changes nothing. */
function addWeights(forward: boolean, s: Sizes, out: Floats, weights: Floats, other: Floats): void {
  const seen = new Uint8Array((forward ? s.O : s.C) * s.KH * s.KW);
  weights.forEach((weight, at) => {
    if (Number.isFinite(weight)) return;
    const [j, i] = [at % s.KW, Math.floor(at / s.KW) % s.KH];
    const o = Math.floor(at / (s.CG * s.KH * s.KW));
    const c = Math.floor(o / s.OG) * s.CG + (Math.floor(at / (s.KH * s.KW)) % s.CG);
    const place = ((forward ? o : c) * s.KH + i) * s.KW + j;
    if (Number.isNaN(weight) && seen[place]) return;
    if (Number.isNaN(weight)) seen[place] = 1;
    const [top, left] = [i * s.dilationH - s.padH, j * s.dilationW - s.padW];
    const [p0, p1] = inside(s.OH, s.strideH, top, s.H);
    const [q0, q1] = inside(s.OW, s.strideW, left, s.W);
    for (let n = 0; n < s.N; n++) {
      for (let p = p0; p <= p1; p++) {
        for (let q = q0; q <= q1; q++) {
          const y = ((n * s.O + o) * s.OH + p) * s.OW + q;
          const x = ((n * s.C + c) * s.H + p * s.strideH + top) * s.W + q * s.strideW + left;
          if (forward) out[y] += weight * other[x];
          else out[x] += weight * other[y];
        }
      }
    }
  });
}

/** Each gradient that is not finite times every x that its window reads. */
function addGradients(s: Sizes, out: Floats, gradients: Floats, x: Floats): void {
  const seen = new Uint8Array(s.O * s.KH * s.KW);
  gradients.forEach((gradient, at) => {
    if (Number.isFinite(gradient)) return;
    const [q, p] = [at % s.OW, Math.floor(at / s.OW) % s.OH];
    const o = Math.floor(at / (s.OH * s.OW)) % s.O;
    const first = Math.floor(at / (s.OH * s.OW * s.O)) * s.C + Math.floor(o / s.OG) * s.CG;
    for (let tap = 0; tap < s.KH * s.KW; tap++) {
      const h = p * s.strideH + Math.floor(tap / s.KW) * s.dilationH - s.padH;
      const v = q * s.strideW + (tap % s.KW) * s.dilationW - s.padW;
      const place = o * s.KH * s.KW + tap;
      if (h < 0 || h >= s.H || v < 0 || v >= s.W || (Number.isNaN(gradient) && seen[place])) continue;
      if (Number.isNaN(gradient)) seen[place] = 1;
      for (let c = 0; c < s.CG; c++) {
        out[(o * s.CG + c) * s.KH * s.KW + tap] += gradient * x[((first + c) * s.H + h) * s.W + v];
      }
    }
  });
}
