// Images of another size: each output cell is the mean of the pixels that it overlaps, or the nearest of them.
import { type Flat, kernel, type Shape, type Thread } from './spec.js';

/** The output's size, and whether a cell takes its first pixel alone. */
export interface ResampleAttrs {
  OH: number;
  OW: number;
  nearest: boolean;
}

/** A gradient has the size of the input. */
export interface ResampleGradAttrs extends ResampleAttrs {
  H: number;
  W: number;
}

type Ratios = 'ratioH' | 'perH' | 'ratioW' | 'perW' | 'nearest';

/** A quotient of float32 numbers is off by less than half a step below 2²¹ steps. */
const EXACT = 8;

/** Cell p begins at row p·ratioH / perH, rounded down, and cell p + 1 where that ends, rounded up. */
function ints(planes: number, H: number, W: number, { OH, OW, nearest }: ResampleAttrs) {
  const [rows, columns] = [common(H, OH), common(W, OW)];
  const [ratioH, perH] = [H / rows, OH / rows];
  const [ratioW, perW] = [W / columns, OW / columns];
  return { planes, H, W, OH, OW, ratioH, perH, ratioW, perW, nearest: Number(nearest) };
}

/** The largest common divisor. */
function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}

/** The largest product from which a row or column is computed. */
function steps({ H, W, OH, OW, perH, perW }: ReturnType<typeof ints>): number {
  return EXACT * Math.max(H * perH, W * perW, OH, OW);
}

/** y[p, q] = the mean of x over the rows and columns that cell (p, q) overlaps; with nearest 1 x at the first of each */
export const resample2d = kernel(
  'resample2d',
  function (this: Thread<'H' | 'W' | Ratios>, x: Flat) {
    const { H, W, ratioH, perH, ratioW, perW, nearest } = this.constants;
    const { x: q, y: p, z: plane } = this.thread;
    const top = Math.floor((p * ratioH + 0.5) / perH);
    const left = Math.floor((q * ratioW + 0.5) / perW);
    let bottom = top + 1;
    let right = left + 1;
    if (nearest === 0) {
      bottom = Math.floor(((p + 1) * ratioH + perH - 0.5) / perH);
      right = Math.floor(((q + 1) * ratioW + perW - 0.5) / perW);
    }
    let total = 0;
    for (let h = top; h < bottom; h += 1) {
      for (let v = left; v < right; v += 1) total += x[(plane * H + h) * W + v];
    }
    return total / ((bottom - top) * (right - left));
  },
  ([[N, C, H, W]]: readonly Shape[], attrs: ResampleAttrs) => {
    const { OH, OW } = attrs;
    const numbers = ints(N * C, H, W, attrs);
    return { shape: [N, C, OH, OW], threads: [OW, OH, N * C], ints: numbers, positions: steps(numbers) };
  },
);

/** dx[h, v] = Σ g[p, q] / pixels of (p, q) over the cells that take (h, v) */
export const resample2dGrad = kernel(
  'resample2dGrad',
  function (this: Thread<'OH' | 'OW' | Ratios>, g: Flat) {
    const { OH, OW, ratioH, perH, ratioW, perW, nearest } = this.constants;
    const { x: v, y: h, z: plane } = this.thread;
    let first = Math.floor((h * perH + 0.5) / ratioH);
    let start = Math.floor((v * perW + 0.5) / ratioW);
    if (nearest === 1) {
      first = Math.floor((h * perH + ratioH - 0.5) / ratioH);
      start = Math.floor((v * perW + ratioW - 0.5) / ratioW);
    }
    const last = Math.floor(((h + 1) * perH + ratioH - 0.5) / ratioH);
    const end = Math.floor(((v + 1) * perW + ratioW - 0.5) / ratioW);
    let total = 0;
    for (let p = first; p < last; p += 1) {
      let rows = 1;
      if (nearest === 0) {
        rows = Math.floor(((p + 1) * ratioH + perH - 0.5) / perH) - Math.floor((p * ratioH + 0.5) / perH);
      }
      for (let q = start; q < end; q += 1) {
        let columns = 1;
        if (nearest === 0) {
          columns =
            Math.floor(((q + 1) * ratioW + perW - 0.5) / perW) - Math.floor((q * ratioW + 0.5) / perW);
        }
        total += g[(plane * OH + p) * OW + q] / (rows * columns);
      }
    }
    return total;
  },
  ([[N, C]]: readonly Shape[], attrs: ResampleGradAttrs) => {
    const { H, W } = attrs;
    const numbers = ints(N * C, H, W, attrs);
    return { shape: [N, C, H, W], threads: [W, H, N * C], ints: numbers, positions: steps(numbers) };
  },
);
