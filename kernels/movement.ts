// Kernels that move values: a strided copy, which serves permute, expand, slices and flips; margins; and concatenation.
import { MAX_AXES } from './geometry.js';
import { type Flat, kernel, type Shape, type Thread } from './spec.js';

type Sizes = 'n1' | 'n2' | 'n3';
type Steps = 's0' | 's1' | 's2' | 's3' | 's4' | 's5';

/** How a strided copy reads: output sizes, and for each axis the distance in x between neighbours; at most 6 axes. */
export interface StridedCopyAttrs {
  sizes: Shape;
  steps: readonly number[];
  /** Where in x the first element lies. */
  offset: number;
}

/** y[i0 … i5] = x[offset + Σ_d i_d·s_d], i5 along x, i4 along y and i0 … i3 folded into z */
export const stridedCopy = kernel(
  'stridedCopy',
  function (this: Thread<Sizes | Steps | 'offset'>, x: Flat) {
    const { n1, n2, n3, s0, s1, s2, s3, s4, s5, offset } = this.constants;
    const { x: i5, y: i4, z } = this.thread;
    const i3 = z % n3;
    const r2 = Math.floor(z / n3);
    const i2 = r2 % n2;
    const r1 = Math.floor(r2 / n2);
    const i1 = r1 % n1;
    const i0 = Math.floor(r1 / n1);
    return x[offset + i0 * s0 + i1 * s1 + i2 * s2 + i3 * s3 + i4 * s4 + i5 * s5];
  },
  (_shapes, { sizes, steps, offset }: StridedCopyAttrs) => {
    const unused = MAX_AXES - sizes.length;
    const size = (axis: number) => (axis < unused ? 1 : sizes[axis - unused]);
    const step = (axis: number) => (axis < unused ? 0 : steps[axis - unused]);
    const [n0, n1, n2, n3, n4, n5] = [0, 1, 2, 3, 4, 5].map(size);
    const [s0, s1, s2, s3, s4, s5] = [0, 1, 2, 3, 4, 5].map(step);
    return {
      shape: sizes,
      threads: [n5, n4, n0 * n1 * n2 * n3],
      ints: { n0, n1, n2, n3, n4, n5, s0, s1, s2, s3, s4, s5, offset },
    };
  },
);

/** How many rows and columns stand before and after each plane; fewer than none are cut off. */
export interface PadAttrs {
  top: number;
  bottom: number;
  left: number;
  right: number;
  /** What stands there. */
  value: number;
}

/** y[o, r, c] = x[o, r − top, c − left], and the value outside of x [outer, rows, columns] */
export const pad = kernel(
  'pad',
  function (this: Thread<'rows' | 'columns' | 'top' | 'left'>, x: Flat, value: number) {
    const { rows, columns, top, left } = this.constants;
    const { x: c, y: r, z: o } = this.thread;
    const row = r - top;
    const column = c - left;
    if (row < 0 || row >= rows || column < 0 || column >= columns) return value;
    return x[(o * rows + row) * columns + column];
  },
  ([[outer, rows, columns]]: readonly Shape[], { top, bottom, left, right, value }: PadAttrs) => {
    const [height, width] = [top + rows + bottom, left + columns + right];
    return {
      shape: [outer, height, width],
      threads: [width, height, outer],
      ints: { outer, rows, columns, height, width, top, left },
      scalars: [value],
    };
  },
);

/** y[o] is p0[o], then p1[o], …, along the middle axis of six arrays [outer, n_j, inner]; those beyond `parts` are not read. */
export const concat = kernel(
  'concat',
  function (
    this: Thread<'inner' | 'n0' | 'n1' | 'n2' | 'n3' | 'n4' | 'n5'>,
    p0: Flat,
    p1: Flat,
    p2: Flat,
    p3: Flat,
    p4: Flat,
    p5: Flat,
  ) {
    const { inner, n0, n1, n2, n3, n4, n5 } = this.constants;
    const { x: i, y: row, z: o } = this.thread;
    let r = row;
    if (r < n0) return p0[(o * n0 + r) * inner + i];
    r = r - n0;
    if (r < n1) return p1[(o * n1 + r) * inner + i];
    r = r - n1;
    if (r < n2) return p2[(o * n2 + r) * inner + i];
    r = r - n2;
    if (r < n3) return p3[(o * n3 + r) * inner + i];
    r = r - n3;
    if (r < n4) return p4[(o * n4 + r) * inner + i];
    r = r - n4;
    return p5[(o * n5 + r) * inner + i];
  },
  (shapes, { parts }: { parts: number }) => {
    const [outer, , inner] = shapes[0];
    const [n0, n1, n2, n3, n4, n5] = shapes.map(([, size], part) => (part < parts ? size : 0));
    const size = n0 + n1 + n2 + n3 + n4 + n5;
    const shape = [outer, size, inner];
    return { shape, threads: [inner, size, outer], ints: { outer, inner, n0, n1, n2, n3, n4, n5 } };
  },
);
