// Products, convolutions and poolings of any sizes, against plain loops: values and gradients.
import fc from 'fast-check';
import t from 'tap';
import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  matmul,
  maxPool2d,
  type Shape,
  type Tensor,
} from '../../lib/index.js';
import { unravel } from '../compare.js';
import { property } from '../property.js';
import { broadcastable, build, draw, expectClose, leafOf, type Nd, ravel, readAt } from './arrays.js';
import { synchronous } from './synchronous.js';

const devices = await synchronous(t, ['reference', 'wasm']);
const size = (most: number, min = 1) => fc.integer({ min, max: most });
const pair = (most: number, least = 1) => fc.tuple(size(most, least), size(most, least));

/** A term of a result: the output's place gets entry `a` of the first operand times entry `b` of the second. */
type Terms = (term: (out: number, a: number, b: number) => void) => void;

interface Bilinear {
  call: (a: Tensor, b: Tensor) => Tensor;
  shape: Shape;
  terms: Terms;
}

/** Checks what is linear in both operands; both gradients follow from the terms. */
async function checkBilinear(a: Nd, b: Nd, { call, shape, terms }: Bilinear, tolerance = 0) {
  const [out, da, db] = [shape, a.shape, b.shape].map((like) => build(like, () => 0));
  const g = draw(shape, 'g');
  terms((o, i, j) => {
    out.values[o] += a.values[i] * b.values[j];
    da.values[i] += g.values[o] * b.values[j];
    db.values[j] += g.values[o] * a.values[i];
  });
  for (const device of devices) {
    const [x, y] = [leafOf(a, device), leafOf(b, device)];
    const result = call(x, y);
    await expectClose(`${device.name}, values`, result, out, tolerance);
    result.backward({ gradient: leafOf(g, device) });
    await expectClose(`${device.name}, gradient of the first`, x.grad, da, tolerance);
    await expectClose(`${device.name}, gradient of the second`, y.grad, db, tolerance);
  }
}

property(
  'matmul of stacks that broadcast',
  [broadcastable(2, 4), size(9), size(9), size(9), fc.nat(99)],
  async ([first, second], m, n, k, seed) => {
    const [a, b] = [draw([...first, m, k], seed), draw([...second, k, n], seed + 1)];
    const lead = leadOf(first, second);
    const shape = [...lead, m, n];
    await checkBilinear(a, b, {
      call: matmul,
      shape,
      terms(term) {
        for (const [flat] of build(shape, () => 0).values.entries()) {
          const index = unravel(flat, shape);
          const [row, column] = index.slice(-2);
          const stack = index.slice(0, -2);
          for (let i = 0; i < k; i++) {
            const at = (given: Shape, place: number[], sizes: number[]) =>
              readAt(stack, given) * sizes[0] * sizes[1] + place[0] * sizes[1] + place[1];
            term(flat, at(first, [row, i], [m, k]), at(second, [i, column], [k, n]));
          }
        }
      },
    });
  },
);

const leadOf = (a: Shape, b: Shape): number[] => {
  const rank = Math.max(a.length, b.length);
  const from = (shape: Shape, axis: number) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => Math.max(from(a, axis), from(b, axis)));
};

/** Everything about a convolution but its values. Images are at least as large as the kernel's span. */
const convolution = fc
  .record({
    groups: size(3),
    inputs: size(3),
    outputs: size(3),
    batch: size(3),
    kernel: pair(4),
    stride: pair(3),
    padding: pair(3, 0),
    dilation: pair(3),
    more: pair(5, 0),
  })
  .map(({ kernel, padding, dilation, more, ...rest }) => {
    const least = (axis: 0 | 1) => Math.max(1, dilation[axis] * (kernel[axis] - 1) + 1 - 2 * padding[axis]);
    const image = [least(0) + more[0], least(1) + more[1]] as [number, number];
    return { kernel, padding, dilation, image, ...rest };
  });
type Convolution = typeof convolution extends fc.Arbitrary<infer T> ? T : never;

const outputSize = ({ image, kernel, stride, padding, dilation }: Convolution, axis: 0 | 1) =>
  Math.floor((image[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;

/** Every (y, x, w) with y[n, o, i, j] += x[n, c, i·s + ki·d − p, …] · w[o, c, ki, kj]. */
function convTerms(c: Convolution, visit: (y: number, x: number, w: number) => void) {
  const [H, W] = c.image;
  const [KH, KW] = c.kernel;
  const out = [c.batch, c.groups * c.outputs, outputSize(c, 0), outputSize(c, 1)];
  const taps = [c.inputs, KH, KW];
  for (const [y] of build(out, () => 0).values.entries()) {
    const [n, o, i, j] = unravel(y, out);
    const first = Math.floor(o / c.outputs) * c.inputs;
    for (const [tap] of build(taps, () => 0).values.entries()) {
      const [channel, ki, kj] = unravel(tap, taps);
      const row = i * c.stride[0] + ki * c.dilation[0] - c.padding[0];
      const column = j * c.stride[1] + kj * c.dilation[1] - c.padding[1];
      if (row < 0 || row >= H || column < 0 || column >= W) continue;
      const x = ravel([n, first + channel, row, column], [c.batch, c.groups * c.inputs, H, W]);
      visit(y, x, ravel([o, channel, ki, kj], [out[1], ...taps]));
    }
  }
}

// Tiles of the wasm device round; everything else is exact.
const TILES = 1e-5;

property('conv2d', [convolution, fc.nat(99)], async (c, seed) => {
  const { stride, padding, dilation, groups } = c;
  const x = draw([c.batch, groups * c.inputs, ...c.image], seed);
  const w = draw([groups * c.outputs, c.inputs, ...c.kernel], seed + 1);
  await checkBilinear(
    x,
    w,
    {
      call: (a, b) => conv2d(a, b, null, { stride, padding, dilation, groups }),
      shape: [c.batch, groups * c.outputs, outputSize(c, 0), outputSize(c, 1)],
      terms: (term) => convTerms(c, term),
    },
    TILES,
  );
});

property('convTranspose2d', [convolution, fc.nat(99)], async (c, seed) => {
  const { stride, padding, dilation, groups } = c;
  const [OH, OW] = [outputSize(c, 0), outputSize(c, 1)];
  const back = (axis: 0 | 1, count: number) =>
    (count - 1) * stride[axis] - 2 * padding[axis] + dilation[axis] * (c.kernel[axis] - 1) + 1;
  const outputPadding = [c.image[0] - back(0, OH), c.image[1] - back(1, OW)] as [number, number];
  await checkBilinear(
    draw([c.batch, groups * c.outputs, OH, OW], seed),
    draw([groups * c.outputs, c.inputs, ...c.kernel], seed + 1),
    {
      call: (a, b) => convTranspose2d(a, b, null, { stride, padding, dilation, groups, outputPadding }),
      shape: [c.batch, groups * c.inputs, ...c.image],
      terms: (term) => convTerms(c, (y, x, w) => term(x, y, w)),
    },
    TILES,
  );
});

const pooling = fc
  .record({
    sizes: fc.tuple(size(2), size(2), size(9), size(9)),
    kernel: pair(4),
    stride: pair(4),
    half: pair(2, 0),
    ceilMode: fc.boolean(),
    countIncludePad: fc.boolean(),
  })
  .map(({ half, ...rest }) => ({
    ...rest,
    padding: half.map((pad, i) => Math.min(pad, Math.floor(rest.kernel[i] / 2))) as [number, number],
  }))
  .filter(({ sizes, kernel, padding }) => [0, 1].every((i) => sizes[2 + i] + 2 * padding[i] >= kernel[i]));
type Pooling = typeof pooling extends fc.Arbitrary<infer T> ? T : never;

/** The windows along one axis as PyTorch lays them: the first place, and the end without and with padding. */
function windows({ sizes, kernel, stride, padding, ceilMode }: Pooling, axis: 0 | 1) {
  const [length, k, s, p] = [sizes[2 + axis], kernel[axis], stride[axis], padding[axis]];
  const steps = (length + 2 * p - k) / s;
  let count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (ceilMode && (count - 1) * s >= length + p) count--;
  return Array.from({ length: count }, (_, i) => {
    const start = i * s - p;
    return {
      from: Math.max(start, 0),
      to: Math.min(start + k, length),
      span: Math.min(start + k, length + p) - start,
    };
  });
}

/** What each place of the output reads: flat places of x, and the divisor of a mean. */
function pooled(c: Pooling, visit: (out: number, reads: number[], divisor: number) => void): number[] {
  const [rows, columns] = [windows(c, 0), windows(c, 1)];
  const shape = [c.sizes[0], c.sizes[1], rows.length, columns.length];
  for (const [out] of build(shape, () => 0).values.entries()) {
    const [n, channel, i, j] = unravel(out, shape);
    const reads: number[] = [];
    for (let row = rows[i].from; row < rows[i].to; row++) {
      for (let column = columns[j].from; column < columns[j].to; column++)
        reads.push(ravel([n, channel, row, column], c.sizes));
    }
    visit(out, reads, c.countIncludePad ? rows[i].span * columns[j].span : reads.length);
  }
  return shape;
}

property('maxPool2d and avgPool2d', [pooling, fc.nat(99)], async (c, seed) => {
  const { kernel, stride, padding, ceilMode, countIncludePad, sizes } = c;
  const x = draw(sizes, seed);
  const shape = pooled(c, () => {});
  // Of one sign, so that shares of a mean do not cancel.
  const g = build(shape, (_, flat) => 1 + (flat % 7));
  const [largest, mean] = [build(shape, () => 0), build(shape, () => 0)];
  const [ofLargest, ofMean] = [build(sizes, () => 0), build(sizes, () => 0)];
  pooled(c, (out, reads, divisor) => {
    const best = reads.reduce((a, b) => (x.values[b] > x.values[a] ? b : a));
    largest.values[out] = x.values[best];
    ofLargest.values[best] += g.values[out];
    mean.values[out] = reads.reduce((total, read) => total + x.values[read], 0) / divisor;
    for (const read of reads) ofMean.values[read] += g.values[out] / divisor;
  });
  for (const device of devices) {
    const [a, b] = [leafOf(x, device), leafOf(x, device)];
    const most = maxPool2d(a, kernel, { stride, padding, ceilMode });
    await expectClose('largest', most, largest);
    most.backward({ gradient: leafOf(g, device) });
    await expectClose('gradient of the largest', a.grad, ofLargest);
    const average = avgPool2d(b, kernel, { stride, padding, ceilMode, countIncludePad });
    await expectClose('mean', average, mean, 1e-5);
    average.backward({ gradient: leafOf(g, device) });
    await expectClose('gradient of the mean', b.grad, ofMean, 1e-5);
  }
});
