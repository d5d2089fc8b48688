// Two-dimensional convolution.
import t from 'tap';
import {
  add,
  type Conv2dOptions,
  conv2d,
  mul,
  OptionError,
  reshape,
  ShapeError,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

const by = (options: Conv2dOptions) => (x: Tensor, w: Tensor, bias?: Tensor) =>
  conv2d(x, w, bias ?? null, options);

const cases: OpCases = {
  'one pixel': { inputs: [[1, 1, 1, 1], [1, 1, 1, 1], [1]], fn: by({}) },
  'a bias': { inputs: [[2, 3, 5, 4], [4, 3, 3, 3], [4]], fn: by({}) },
  'padding that keeps the size': {
    inputs: [
      [2, 2, 5, 7],
      [3, 2, 3, 3],
    ],
    fn: by({ padding: 1 }),
  },
  'padding wider than the image': {
    inputs: [
      [1, 2, 2, 2],
      [2, 2, 3, 3],
    ],
    fn: by({ padding: 3 }),
  },
  'stride 2 that leaves a rest': {
    inputs: [
      [2, 2, 6, 5],
      [3, 2, 3, 3],
    ],
    fn: by({ stride: 2, padding: 1 }),
  },
  'stride beyond the kernel': {
    inputs: [
      [1, 2, 7, 7],
      [2, 2, 2, 2],
    ],
    fn: by({ stride: 3 }),
  },
  dilation: {
    inputs: [
      [1, 2, 7, 6],
      [2, 2, 3, 2],
    ],
    fn: by({ dilation: [2, 3], padding: 1 }),
  },
  'two groups': { inputs: [[2, 4, 5, 5], [6, 2, 3, 3], [6]], fn: by({ groups: 2, padding: 1 }) },
  depthwise: {
    inputs: [
      [1, 5, 4, 4],
      [5, 1, 3, 3],
    ],
    fn: by({ groups: 5, padding: 1 }),
  },
  'height and width apart': {
    inputs: [
      [2, 4, 6, 5],
      [2, 2, 3, 2],
    ],
    fn: by({ stride: [2, 1], padding: [0, 2], dilation: [1, 2], groups: 2 }),
  },
  'one by one': { inputs: [[2, 5, 3, 3], [7, 5, 1, 1], [7]], fn: by({}) },
  'a kernel as large as the image': {
    inputs: [
      [2, 3, 4, 4],
      [2, 3, 4, 4],
    ],
    fn: by({}),
  },
};

const larger: OpCases = {
  'five by five, as in the CIFAR network': {
    inputs: [
      [2, 3, 17, 15],
      [9, 3, 5, 5],
    ],
    fn: by({ padding: 2 }),
  },
  'channels past a block': {
    inputs: [
      [1, 17, 9, 9],
      [13, 17, 3, 3],
    ],
    fn: by({ padding: 1 }),
  },
};

checkGradient('conv2d', cases);
checkParity('conv2d', { ...cases, ...larger });

everyDevice('conv2d correlates: it does not flip the kernel', async (t, device) => {
  const x = tensor([1, 2, 3, 4], { shape: [1, 1, 1, 4], device });
  const w = tensor([10, 1], { shape: [1, 1, 1, 2], device });
  t.same([...(await conv2d(x, w).data())], [12, 23, 34]);
});

everyDevice('a bias is the addition of one number a channel', async (t, device) => {
  const inputs = () =>
    [[2, 3, 5, 4], [7, 3, 2, 2], [7]].map((shape, i) =>
      tensor(normal(shape, `bias ${i}`), { shape, device, requiresGrad: true }),
    );
  const [[x, w, bias], same] = [inputs(), inputs()];
  const out = conv2d(x, w, bias);
  const expected = add(conv2d(same[0], same[1]), reshape(same[2], [7, 1, 1]));
  t.same(await out.data(), await expected.data());
  const cotangent = tensor(normal(out.shape, 'g'), { shape: out.shape, device });
  for (const y of [out, expected]) sum(mul(y, cotangent)).backward();
  const bound = device.dtype === 'float64' ? 1e-14 : 1e-6;
  const found = worstDifference(await bias.grad!.data(), await same[2].grad!.data(), [7]);
  t.ok(found.error <= bound, 'gradient', { found });
});

t.test('what does not fit is refused by name, with what was expected', async (t) => {
  const of = (...shape: number[]) => tensor(normal(shape, 0), { shape });
  const [x, w] = [of(1, 3, 5, 5), of(4, 3, 3, 3)];
  for (const [fn, error] of [
    [() => conv2d(of(3, 5, 5), w), new ShapeError('conv2d: x has shape [3, 5, 5], expected [N, C, H, W]')],
    [
      () => conv2d(x, of(3, 3)),
      new ShapeError('conv2d: weight has shape [3, 3], expected [O, C/groups, KH, KW]'),
    ],
    [
      () => conv2d(x, of(4, 4, 3, 3)),
      new ShapeError('conv2d: x has 3 channels, weight expects 4 (groups 1)'),
    ],
    [() => conv2d(x, w, of(3)), new ShapeError('conv2d: bias has shape [3], expected [4]')],
    [
      () => conv2d(x, of(4, 3, 7, 7)),
      new ShapeError('conv2d: the kernel covers [7, 7], more than the padded input [5, 5]'),
    ],
    [
      () => conv2d(x, w, null, { dilation: 3 }),
      new ShapeError('conv2d: the kernel covers [7, 7], more than the padded input [5, 5]'),
    ],
    [
      () => conv2d(x, w, null, { groups: 3 }),
      new OptionError('conv2d: groups is 3, expected a divisor of the 4 output channels'),
    ],
    [
      () => conv2d(x, w, null, { stride: 0 }),
      new OptionError('conv2d: stride is 0, expected whole numbers of at least 1'),
    ],
    [
      () => conv2d(x, w, null, { padding: [1, -1] }),
      new OptionError('conv2d: padding is [1,-1], expected whole numbers of at least 0'),
    ],
    [
      () => conv2d(x, w, null, { dilation: 1.5 }),
      new OptionError('conv2d: dilation is 1.5, expected whole numbers of at least 1'),
    ],
  ] as const) {
    t.throws(fn, error);
  }
});
