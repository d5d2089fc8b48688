// Pooling over windows: where the maximum stands, its value, the average, and the gradients.
import type { Attrs, Flat, KernelSpec, Plan, Shape, Thread } from './spec.js';

/** Position h·W + v of the window's first maximum inside the image. */
function maxPool2dIndex(this: Thread, x: Flat) {
  let best = -1;
  let largest = 0;
  for (let i = 0; i < this.constants.KH; i++) {
    const h = this.thread.y * this.constants.strideH + i - this.constants.padH;
    if (h >= 0 && h < this.constants.H) {
      for (let j = 0; j < this.constants.KW; j++) {
        const v = this.thread.x * this.constants.strideW + j - this.constants.padW;
        if (v >= 0 && v < this.constants.W) {
          const value = x[(this.thread.z * this.constants.H + h) * this.constants.W + v];
          if (best < 0 || value > largest) {
            largest = value;
            best = h * this.constants.W + v;
          }
        }
      }
    }
  }
  return best;
}

/** y[p, q] = x[index[p, q]] inside each plane */
function maxPool2d(this: Thread, x: Flat, index: Flat) {
  return x[
    this.thread.z * this.constants.H * this.constants.W +
      index[(this.thread.z * this.constants.OH + this.thread.y) * this.constants.OW + this.thread.x]
  ];
}

/** dx[h, v] = Σ g[p, q] over the windows that cover (h, v) and whose maximum stands there */
function maxPool2dGrad(this: Thread, g: Flat, index: Flat) {
  let total = 0;
  for (let i = 0; i < this.constants.KH; i++) {
    const hs = this.thread.y + this.constants.padH - i;
    const p = Math.floor(hs / this.constants.strideH);
    if (p >= 0 && p < this.constants.OH && p * this.constants.strideH === hs) {
      for (let j = 0; j < this.constants.KW; j++) {
        const vs = this.thread.x + this.constants.padW - j;
        const q = Math.floor(vs / this.constants.strideW);
        if (q >= 0 && q < this.constants.OW && q * this.constants.strideW === vs) {
          const at = (this.thread.z * this.constants.OH + p) * this.constants.OW + q;
          if (index[at] === this.thread.y * this.constants.W + this.thread.x) {
            total += g[at];
          }
        }
      }
    }
  }
  return total;
}

/** y[p, q] = Σ x / divisor; the divisor counts the padding, or with countPad 0 only the image */
function avgPool2d(this: Thread, x: Flat) {
  const top = this.thread.y * this.constants.strideH - this.constants.padH;
  const left = this.thread.x * this.constants.strideW - this.constants.padW;
  let total = 0;
  let inside = 0;
  let padded = 0;
  for (let i = 0; i < this.constants.KH; i++) {
    for (let j = 0; j < this.constants.KW; j++) {
      const h = top + i;
      const v = left + j;
      if (h < this.constants.H + this.constants.padH && v < this.constants.W + this.constants.padW) {
        padded += 1;
        if (h >= 0 && h < this.constants.H && v >= 0 && v < this.constants.W) {
          inside += 1;
          total += x[(this.thread.z * this.constants.H + h) * this.constants.W + v];
        }
      }
    }
  }
  if (this.constants.countPad === 1) return total / padded;
  return total / inside;
}

/** dx[h, v] = Σ g[p, q] / divisor(p, q) over the windows that cover (h, v) */
function avgPool2dGrad(this: Thread, g: Flat) {
  let total = 0;
  for (let i = 0; i < this.constants.KH; i++) {
    const hs = this.thread.y + this.constants.padH - i;
    const p = Math.floor(hs / this.constants.strideH);
    if (p >= 0 && p < this.constants.OH && p * this.constants.strideH === hs) {
      const top = hs - this.constants.padH;
      const rowsPadded = Math.min(top + this.constants.KH, this.constants.H + this.constants.padH) - top;
      const rowsInside = Math.min(top + this.constants.KH, this.constants.H) - Math.max(top, 0);
      for (let j = 0; j < this.constants.KW; j++) {
        const vs = this.thread.x + this.constants.padW - j;
        const q = Math.floor(vs / this.constants.strideW);
        if (q >= 0 && q < this.constants.OW && q * this.constants.strideW === vs) {
          const left = vs - this.constants.padW;
          const colsPadded =
            Math.min(left + this.constants.KW, this.constants.W + this.constants.padW) - left;
          const colsInside = Math.min(left + this.constants.KW, this.constants.W) - Math.max(left, 0);
          const gradient = g[(this.thread.z * this.constants.OH + p) * this.constants.OW + q];
          if (this.constants.countPad === 1) {
            total += gradient / (rowsPadded * colsPadded);
          } else {
            total += gradient / (rowsInside * colsInside);
          }
        }
      }
    }
  }
  return total;
}

/** attrs: KH KW strideH strideW padH padW OH OW (OH and OW already follow ceilMode) and countPad. */
function pooled([x]: readonly Shape[], attrs: Attrs): Plan {
  const { OH, OW } = attrs;
  return {
    shape: [x[0], x[1], OH, OW],
    threads: [OW, OH, x[0] * x[1]],
    ints: { ...attrs, planes: x[0] * x[1], H: x[2], W: x[3], pixels: x[2] * x[3], cells: OH * OW },
  };
}

/** As {@link pooled}, with attrs H and W: the gradient has the input's shape. */
function unpooled([g]: readonly Shape[], attrs: Attrs): Plan {
  const { H, W } = attrs;
  return {
    shape: [g[0], g[1], H, W],
    threads: [W, H, g[0] * g[1]],
    ints: { ...attrs, planes: g[0] * g[1], pixels: H * W, cells: g[2] * g[3] },
  };
}

export const poolKernels = {
  maxPool2dIndex: { body: maxPool2dIndex, plan: pooled },
  maxPool2d: { body: maxPool2d, plan: pooled },
  maxPool2dGrad: { body: maxPool2dGrad, plan: unpooled },
  avgPool2d: { body: avgPool2d, plan: pooled },
  avgPool2dGrad: { body: avgPool2dGrad, plan: unpooled },
} satisfies Record<string, KernelSpec>;
