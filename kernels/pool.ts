// Pooling over windows: where the maximum stands, its value, the average, and the gradients.
import { type Flat, kernel, type Shape, type Thread } from './spec.js';

/** The windows; OH and OW already follow ceilMode. */
export interface PoolAttrs {
  KH: number;
  KW: number;
  strideH: number;
  strideW: number;
  padH: number;
  padW: number;
  OH: number;
  OW: number;
}

/** A gradient has the size of the input, which its own inputs do not tell. */
export interface UnpoolAttrs extends PoolAttrs {
  H: number;
  W: number;
}

type Window = 'KH' | 'KW' | 'strideH' | 'strideW' | 'padH' | 'padW';

/** The constants of pooling; without spreads, which take microseconds a call. */
function ints(planes: number, H: number, W: number, attrs: PoolAttrs) {
  const { KH, KW, strideH, strideW, padH, padW, OH, OW } = attrs;
  const [pixels, cells] = [H * W, OH * OW];
  return { planes, H, W, OH, OW, KH, KW, strideH, strideW, padH, padW, pixels, cells, countPad: 0 };
}

function pooled([x]: readonly Shape[], attrs: PoolAttrs) {
  const { OH, OW } = attrs;
  const planes = x[0] * x[1];
  return {
    shape: [x[0], x[1], OH, OW],
    threads: [OW, OH, planes],
    ints: ints(planes, x[2], x[3], attrs),
  };
}

function unpooled([g]: readonly Shape[], attrs: UnpoolAttrs) {
  const { H, W } = attrs;
  const planes = g[0] * g[1];
  return { shape: [g[0], g[1], H, W], threads: [W, H, planes], ints: ints(planes, H, W, attrs) };
}

/** The plan of a kernel that has positions inside a plane. */
function positioned<A>(plan: (shapes: readonly Shape[], attrs: A) => ReturnType<typeof pooled>) {
  return (shapes: readonly Shape[], attrs: A) => {
    const made = plan(shapes, attrs);
    return { ...made, positions: made.ints.pixels };
  };
}

/** Position h·W + v of the window's first maximum inside the image, or of its last NaN, as in PyTorch. */
export const maxPool2dIndex = kernel(
  'maxPool2dIndex',
  function (this: Thread<Window | 'H' | 'W'>, x: Flat) {
    const { H, W, KH, KW, strideH, strideW, padH, padW } = this.constants;
    const { x: q, y: p, z: plane } = this.thread;
    const top = p * strideH - padH;
    const left = q * strideW - padW;
    const bottom = Math.min(top + KH, H);
    const right = Math.min(left + KW, W);
    let best = -1;
    let largest = 0;
    for (let h = Math.max(top, 0); h < bottom; h += 1) {
      for (let v = Math.max(left, 0); v < right; v += 1) {
        const value = x[(plane * H + h) * W + v];
        // biome-ignore lint/suspicious/noSelfCompare: only NaN differs from itself
        if (best < 0 || value > largest || value !== value) {
          largest = value;
          best = h * W + v;
        }
      }
    }
    return best;
  },
  positioned(pooled),
);

/** y[p, q] = x[index[p, q]] inside each plane */
export const maxPool2d = kernel(
  'maxPool2d',
  function (this: Thread<'pixels' | 'OH' | 'OW'>, x: Flat, index: Flat) {
    const { pixels, OH, OW } = this.constants;
    const { x: q, y: p, z: plane } = this.thread;
    return x[plane * pixels + index[(plane * OH + p) * OW + q]];
  },
  positioned(pooled),
);

/**
 * dx[h, v] = Σ g[p, q] over the windows that cover (h, v) and whose maximum stands there. The loops take in one window
 * more at each end, since a quotient on a GPU may be off by a little.
 */
export const maxPool2dGrad = kernel(
  'maxPool2dGrad',
  function (this: Thread<Window | 'W' | 'OH' | 'OW'>, g: Flat, index: Flat) {
    const { W, OH, OW, KH, KW, strideH, strideW, padH, padW } = this.constants;
    const { x: v, y: h, z: plane } = this.thread;
    const lastP = Math.min(Math.floor((h + padH) / strideH) + 2, OH);
    const lastQ = Math.min(Math.floor((v + padW) / strideW) + 2, OW);
    let total = 0;
    for (let p = Math.max(Math.floor((h + padH - KH) / strideH) - 1, 0); p < lastP; p += 1) {
      for (let q = Math.max(Math.floor((v + padW - KW) / strideW) - 1, 0); q < lastQ; q += 1) {
        const at = (plane * OH + p) * OW + q;
        if (index[at] === h * W + v) total += g[at];
      }
    }
    return total;
  },
  positioned(unpooled),
);

/** y[p, q] = Σ x / divisor; the divisor counts the padding, or with countPad 0 only the image */
export const avgPool2d = kernel(
  'avgPool2d',
  function (this: Thread<Window | 'H' | 'W' | 'countPad'>, x: Flat) {
    const { H, W, KH, KW, strideH, strideW, padH, padW, countPad } = this.constants;
    const { x: q, y: p, z: plane } = this.thread;
    const top = p * strideH - padH;
    const left = q * strideW - padW;
    const bottom = Math.min(top + KH, H);
    const right = Math.min(left + KW, W);
    const above = Math.max(top, 0);
    const before = Math.max(left, 0);
    let total = 0;
    for (let h = above; h < bottom; h += 1) {
      for (let v = before; v < right; v += 1) total += x[(plane * H + h) * W + v];
    }
    const rowsPadded = Math.min(top + KH, H + padH) - top;
    const colsPadded = Math.min(left + KW, W + padW) - left;
    if (countPad === 1) return total / (rowsPadded * colsPadded);
    return total / ((bottom - above) * (right - before));
  },
  (shapes, attrs: PoolAttrs & { countPad: boolean }) => {
    const plan = pooled(shapes, attrs);
    plan.ints.countPad = Number(attrs.countPad);
    return plan;
  },
);

/** dx[h, v] = Σ g[p, q] / divisor(p, q) over the windows that cover (h, v) */
export const avgPool2dGrad = kernel(
  'avgPool2dGrad',
  function (this: Thread<Window | 'H' | 'W' | 'OH' | 'OW' | 'countPad'>, g: Flat) {
    const { H, W, OH, OW, KH, KW, strideH, strideW, padH, padW, countPad } = this.constants;
    const { x: v, y: h, z: plane } = this.thread;
    const lastP = Math.min(Math.floor((h + padH) / strideH) + 2, OH);
    const lastQ = Math.min(Math.floor((v + padW) / strideW) + 2, OW);
    let total = 0;
    for (let p = Math.max(Math.floor((h + padH - KH) / strideH) - 1, 0); p < lastP; p += 1) {
      const top = p * strideH - padH;
      if (top <= h && h < top + KH) {
        const rowsPadded = Math.min(top + KH, H + padH) - top;
        const rowsInside = Math.min(top + KH, H) - Math.max(top, 0);
        for (let q = Math.max(Math.floor((v + padW - KW) / strideW) - 1, 0); q < lastQ; q += 1) {
          const left = q * strideW - padW;
          if (left <= v && v < left + KW) {
            const colsPadded = Math.min(left + KW, W + padW) - left;
            const colsInside = Math.min(left + KW, W) - Math.max(left, 0);
            const gradient = g[(plane * OH + p) * OW + q];
            if (countPad === 1) {
              total += gradient / (rowsPadded * colsPadded);
            } else {
              total += gradient / (rowsInside * colsInside);
            }
          }
        }
      }
    }
    return total;
  },
  (shapes, attrs: UnpoolAttrs & { countPad: boolean }) => {
    const plan = unpooled(shapes, attrs);
    plan.ints.countPad = Number(attrs.countPad);
    return plan;
  },
);
