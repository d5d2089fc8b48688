// Kernels that compare or choose: of two operands or three read by strides, and of x with bounds.
import { broadcast, type Strides, type Strides3 } from './broadcast.js';
import { elementwise, type Flat, kernel, type Thread } from './spec.js';

/** What a comparison gives, by how a stands to b; `unordered` where one of them is NaN. */
export interface Outcomes {
  below: number;
  equal: number;
  above: number;
  unordered: number;
}

/** One of four numbers, by whether a < b, a = b, a > b or neither. */
export const compare = kernel(
  'compare',
  function (
    this: Thread<Strides>,
    a: Flat,
    b: Flat,
    below: number,
    equal: number,
    above: number,
    unordered: number,
  ) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    const p = a[l * a0 + k * a1 + j * a2 + i * a3];
    const q = b[l * b0 + k * b1 + j * b2 + i * b3];
    if (p < q) return below;
    if (p > q) return above;
    if (p === q) return equal;
    return unordered;
  },
  (shapes, { below, equal, above, unordered }: Outcomes) => ({
    ...broadcast(shapes),
    scalars: [below, equal, above, unordered],
  }),
);

/** The larger of a and b; NaN where one of them is. */
export const maximum = kernel(
  'maximum',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    return Math.max(a[l * a0 + k * a1 + j * a2 + i * a3], b[l * b0 + k * b1 + j * b2 + i * b3]);
  },
  broadcast,
);

/** The smaller of a and b; NaN where one of them is. */
export const minimum = kernel(
  'minimum',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    return Math.min(a[l * a0 + k * a1 + j * a2 + i * a3], b[l * b0 + k * b1 + j * b2 + i * b3]);
  },
  broadcast,
);

/** a's gradient of max(a, b): g, half of it where they are equal, 0 where a < b. Of min(a, b) it is b's. */
export const maximumGrad = kernel(
  'maximumGrad',
  function (this: Thread<Strides3>, a: Flat, b: Flat, c: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    const g = a[l * a0 + k * a1 + j * a2 + i * a3];
    const p = b[l * b0 + k * b1 + j * b2 + i * b3];
    const q = c[l * c0 + k * c1 + j * c2 + i * c3];
    if (p < q) return 0;
    if (p === q) return g / 2;
    return g;
  },
  broadcast,
);

/** b where a ≠ 0, else c. */
export const where = kernel(
  'where',
  function (this: Thread<Strides3>, a: Flat, b: Flat, c: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    if (a[l * a0 + k * a1 + j * a2 + i * a3] === 0) return c[l * c0 + k * c1 + j * c2 + i * c3];
    return b[l * b0 + k * b1 + j * b2 + i * b3];
  },
  broadcast,
);

/** |x| */
export const abs = kernel(
  'abs',
  function (this: Thread, x: Flat) {
    return Math.abs(x[this.thread.x]);
  },
  elementwise,
);

/** The bounds of clamp; an infinite one is none. */
export interface Bounds {
  min: number;
  max: number;
}

/** min(max(x, low), high) */
export const clamp = kernel(
  'clamp',
  function (this: Thread, x: Flat, low: number, high: number) {
    return Math.min(Math.max(x[this.thread.x], low), high);
  },
  ([x], { min, max }: Bounds) => ({ shape: x, scalars: [min, max] }),
);

/** dx = g where low ≤ x ≤ high, else 0; a NaN in x is beyond. */
export const clampGrad = kernel(
  'clampGrad',
  function (this: Thread, g: Flat, x: Flat, low: number, high: number) {
    const { x: i } = this.thread;
    if (x[i] >= low && x[i] <= high) return g[i];
    return 0;
  },
  ([x], { min, max }: Bounds) => ({ shape: x, scalars: [min, max] }),
);
