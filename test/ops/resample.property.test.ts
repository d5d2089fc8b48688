// Images brought to any size, against plain loops: values and gradients.
import fc from 'fast-check';
import t from 'tap';
import { adaptiveAvgPool2d, globalAvgPool2d, type Tensor, upsample } from '../../lib/index.js';
import { unravel } from '../compare.js';
import { property } from '../property.js';
import { build, draw, expectClose, leafOf, ravel } from './arrays.js';
import { synchronous } from './synchronous.js';

const everyDevice = await synchronous(t);
const devices = everyDevice.slice(0, 2);
const size = (most: number) => fc.integer({ min: 1, max: most });

/** The pixels of cell i of `count` along an axis of `length`. */
type Cell = (i: number, length: number, count: number) => readonly [start: number, end: number];

const covering: Cell = (i, length, count) => [
  Math.floor((i * length) / count),
  Math.ceil(((i + 1) * length) / count),
];
const nearest: Cell = (i, length, count) => {
  const start = Math.floor((i * length) / count);
  return [start, start + 1];
};

/** y has the mean of each cell, and every pixel of a cell its share of the gradient. */
async function checkCells(
  call: (x: Tensor) => Tensor,
  shape: number[],
  to: number[],
  cell: Cell,
  seed: number,
  on = devices,
) {
  const [N, C, H, W] = shape;
  const full = [N, C, ...to];
  const x = draw(shape, seed);
  // Of one sign, so that shares do not cancel.
  const g = build(full, (_, flat) => 1 + (flat % 7));
  const [y, gradient] = [build(full, () => 0), build(shape, () => 0)];
  for (const out of y.values.keys()) {
    const [n, c, p, q] = unravel(out, full);
    const [[top, bottom], [left, right]] = [cell(p, H, to[0]), cell(q, W, to[1])];
    const share = 1 / ((bottom - top) * (right - left));
    for (let h = top; h < bottom; h++) {
      for (let v = left; v < right; v++) {
        const at = ravel([n, c, h, v], shape);
        y.values[out] += share * x.values[at];
        gradient.values[at] += share * g.values[out];
      }
    }
  }
  for (const device of on) {
    const leaf = leafOf(x, device);
    const out = call(leaf);
    await expectClose(`${device.name}, values`, out, y, 1e-5);
    out.backward({ gradient: leafOf(g, device) });
    await expectClose(`${device.name}, gradient`, leaf.grad, gradient, 1e-5);
  }
}

const images = fc.tuple(size(2), size(2), size(12), size(12));
const sizes = fc.tuple(size(14), size(14));

property(
  'adaptiveAvgPool2d to any size',
  [images, sizes, fc.nat(99)],
  async (shape, to, seed) => {
    await checkCells((x) => adaptiveAvgPool2d(x, to), shape, to, covering, seed);
  },
  { runs: 60 },
);

property(
  'upsample to any size',
  [images, sizes, fc.nat(99)],
  async (shape, to, seed) => {
    await checkCells((x) => upsample(x, { size: to }), shape, to, nearest, seed);
  },
  { runs: 60 },
);

property(
  'upsample by any factor, and globalAvgPool2d',
  [images, fc.tuple(size(4), size(4)), fc.nat(99)],
  async (shape, factor, seed) => {
    const to = [shape[2] * factor[0], shape[3] * factor[1]];
    await checkCells((x) => upsample(x, { scaleFactor: factor }), shape, to, nearest, seed);
    await checkCells(globalAvgPool2d, shape, [1, 1], covering, seed);
  },
  { runs: 30 },
);

// Sides of up to two million divide exactly in float32: the quotients that are hardest to round are looked at.
property(
  'cells of long sides are the ones of exact arithmetic',
  [fc.tuple(size(1500), size(1300)), fc.nat(99)],
  async ([length, count], seed) => {
    for (const [shape, to] of [
      [
        [1, 1, length, 1],
        [count, 1],
      ],
      [
        [1, 1, 1, length],
        [1, count],
      ],
    ]) {
      await checkCells((x) => adaptiveAvgPool2d(x, [to[0], to[1]]), shape, to, covering, seed, everyDevice);
      await checkCells((x) => upsample(x, { size: [to[0], to[1]] }), shape, to, nearest, seed, everyDevice);
    }
  },
  { runs: 8 },
);
