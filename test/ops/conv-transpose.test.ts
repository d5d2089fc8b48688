// Transposed convolution.
import t from 'tap';
import {
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
  OptionError,
  ShapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { normal } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

const by = (options: ConvTranspose2dOptions) => (x: Tensor, w: Tensor, bias?: Tensor) =>
  convTranspose2d(x, w, bias ?? null, options);

const cases: OpCases = {
  'one pixel': { inputs: [[1, 1, 1, 1], [1, 1, 1, 1], [1]], fn: by({}) },
  'from one pixel to four by four, as in DCGAN': { inputs: [[2, 3, 1, 1], [3, 2, 4, 4], [2]], fn: by({}) },
  'stride 2, as in DCGAN': { inputs: [[1, 3, 3, 3], [3, 2, 4, 4], [2]], fn: by({ stride: 2, padding: 1 }) },
  'output padding': {
    inputs: [
      [2, 2, 3, 2],
      [2, 3, 3, 3],
    ],
    fn: by({ stride: [2, 3], padding: 1, outputPadding: [1, 2] }),
  },
  'dilation and groups': {
    inputs: [
      [1, 4, 3, 4],
      [4, 3, 3, 2],
    ],
    fn: by({ dilation: [1, 2], padding: [1, 0], groups: 2 }),
  },
  'stride beyond the kernel': {
    inputs: [
      [1, 2, 2, 3],
      [2, 2, 2, 2],
    ],
    fn: by({ stride: 3 }),
  },
};

checkGradient('convTranspose2d', cases);
checkParity('convTranspose2d', cases);

t.test('it is the transpose of conv2d: ⟨conv2d(x), y⟩ = ⟨x, convTranspose2d(y)⟩', async (t) => {
  const options = { stride: 2, padding: 1 };
  const x = tensor(normal([2, 3, 7, 5], 'x'), { shape: [2, 3, 7, 5] });
  const w = tensor(normal([4, 3, 3, 3], 'w'), { shape: [4, 3, 3, 3] });
  const y = tensor(normal([2, 4, 4, 3], 'y'), { shape: [2, 4, 4, 3] });
  const left = await conv2d(x, w, null, options).mul(y).sum().item();
  const right = await convTranspose2d(y, w, null, options).mul(x).sum().item();
  t.ok(Math.abs(left - right) < 1e-3, `${left} and ${right}`);
});

t.test('convTranspose2d names what does not fit', async (t) => {
  const x = tensor(normal([1, 2, 3, 3], 'x'), { shape: [1, 2, 3, 3] });
  const w = tensor(normal([2, 3, 3, 3], 'w'), { shape: [2, 3, 3, 3] });
  const wrong: [() => unknown, Error][] = [
    [
      () => convTranspose2d(x, tensor([1, 2])),
      new ShapeError('convTranspose2d: weight has shape [2], expected [C, O/groups, KH, KW]'),
    ],
    [
      () => convTranspose2d(tensor([1]), w),
      new ShapeError('convTranspose2d: x has shape [1], expected [N, C, H, W]'),
    ],
    [
      () => convTranspose2d(x, w.permute([1, 0, 2, 3])),
      new ShapeError('convTranspose2d: x has 2 channels, weight expects 3'),
    ],
    [
      () => convTranspose2d(x, w, tensor([1, 2])),
      new ShapeError('convTranspose2d: bias has shape [2], expected [3]'),
    ],
    [
      () => convTranspose2d(x, w, null, { groups: 3 }),
      new OptionError('convTranspose2d: groups is 3, expected a divisor of the 2 input channels'),
    ],
    [
      () => convTranspose2d(x, w, null, { outputPadding: 1 }),
      new OptionError('convTranspose2d: outputPadding is [1, 1], expected less than the stride'),
    ],
    [
      () => convTranspose2d(x, w, null, { padding: 3 }),
      new ShapeError('convTranspose2d: the output would be [-1, -1]; use less padding'),
    ],
  ];
  for (const [call, error] of wrong) t.throws(call, error);
});
