// What the benchmark counts of a kernel call.
import t from 'tap';
import { kernels } from '../../../kernels/index.js';
import { bytesOf, canTile, flopsOf, sizesOf } from '../../../models/bench/counts.js';

const one = { strideH: 1, strideW: 1, padH: 1, padW: 1, dilationH: 1, dilationW: 1, groups: 1 };
const planOf = (kernel: number, attributes: Partial<typeof one> = {}, side = 8) =>
  kernels.conv2d.plan(
    [
      [2, 4, side, side],
      [6, 4, kernel, kernel],
    ],
    { ...one, ...attributes },
  );

t.test('a convolution counts two operations for each product of its definition', (t) => {
  const plan = planOf(3);
  t.equal(flopsOf('conv2d', plan), 2 * (2 * 6 * 8 * 8) * (4 * 3 * 3));
  t.equal(sizesOf('conv2d', plan), '2×[4,8,8] → [6,8,8], 3×3');
  t.end();
});

t.test('a matrix product counts m·n·k, all other kernels nothing', (t) => {
  const plan = kernels.matmul.plan(
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
    { transA: false, transB: false },
  );
  t.equal(flopsOf('matmul', plan), 2 * 5 * 2 * 3 * 4);
  t.equal(flopsOf('relu', kernels.relu.plan([[7]], {})), 0);
  t.end();
});

t.test('bytes are those of inputs and output, once each', (t) => {
  const inputs = [{ length: 10 }, { length: 5 }] as Parameters<typeof bytesOf>[0];
  t.equal(bytesOf(inputs, { shape: [2, 3] }), 4 * (10 + 5 + 6));
  t.equal(bytesOf([inputs[0], inputs[0]], { shape: [2, 3] }), 4 * (10 + 6));
  t.equal(bytesOf([], { shape: [] }), 4);
  t.end();
});

t.test('tiles do 3×3 and 5×5 with stride and dilation 1, one group and less padding than the kernel', (t) => {
  for (const kernel of [3, 5]) t.ok(canTile('conv2d', planOf(kernel)), `${kernel}×${kernel}`);
  t.ok(canTile('conv2d', planOf(3, { padH: 2, padW: 2 })));
  for (const [why, plan] of Object.entries({
    '1×1': planOf(1, { padH: 0, padW: 0 }),
    '7×7': planOf(7),
    'stride 2': planOf(3, { strideH: 2 }),
    'dilation 2': planOf(3, { dilationW: 2 }),
    'padding 3 on 3×3': planOf(3, { padH: 3 }),
    'padding 4 on 3×3': planOf(3, { padW: 4 }),
  })) {
    t.notOk(canTile('conv2d', plan), why);
  }
  t.notOk(canTile('relu', planOf(3)));
  t.end();
});
