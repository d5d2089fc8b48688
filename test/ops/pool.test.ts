// Max and average pooling.
import t from 'tap';
import {
  avgPool2d,
  maxPool2d,
  mul,
  OptionError,
  relu,
  ShapeError,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

type Pool = (x: Tensor, kernelSize: number | [number, number], options?: object) => Tensor;

function poolCases(pool: Pool): OpCases {
  return {
    'one pixel': { inputs: [[1, 1, 1, 1]], fn: (x) => pool(x, 1) },
    'windows side by side': { inputs: [[2, 3, 6, 4]], fn: (x) => pool(x, 2) },
    'a rest that no window covers': { inputs: [[1, 2, 7, 5]], fn: (x) => pool(x, 2) },
    'windows that overlap': { inputs: [[2, 2, 7, 6]], fn: (x) => pool(x, 3, { stride: 1 }) },
    'stride 2 with padding, as in the CIFAR network': {
      inputs: [[2, 3, 8, 7]],
      fn: (x) => pool(x, 3, { stride: 2, padding: 1 }),
    },
    'windows over the edge': { inputs: [[1, 2, 6, 6]], fn: (x) => pool(x, 3, { stride: 2, ceilMode: true }) },
    'windows over the padded edge': {
      inputs: [[1, 2, 6, 7]],
      fn: (x) => pool(x, [3, 2], { stride: 2, padding: 1, ceilMode: true }),
    },
    'height and width apart': {
      inputs: [[2, 2, 7, 5]],
      fn: (x) => pool(x, [3, 2], { stride: [2, 1], padding: [1, 0] }),
    },
    'the whole image': { inputs: [[2, 3, 4, 5]], fn: (x) => pool(x, [4, 5]) },
    'stride beyond the window': { inputs: [[1, 1, 9, 9]], fn: (x) => pool(x, 2, { stride: 4 }) },
  };
}

/** Padding kept out of the divisor. */
const withoutPad: Pool = (x, kernelSize, options) =>
  avgPool2d(x, kernelSize, { ...options, countIncludePad: false });

checkGradient('maxPool2d', poolCases(maxPool2d));
checkGradient('avgPool2d', poolCases(avgPool2d));
checkGradient('avgPool2d', prefixed('without padding in the divisor, ', poolCases(withoutPad)));
checkParity('maxPool2d', poolCases(maxPool2d));
checkParity('avgPool2d', poolCases(avgPool2d));
checkParity('avgPool2d', prefixed('without padding in the divisor, ', poolCases(withoutPad)));

function prefixed(prefix: string, cases: OpCases): OpCases {
  return Object.fromEntries(Object.entries(cases).map(([title, entry]) => [prefix + title, entry]));
}

everyDevice('maxPool2d sends the gradient to the first of equal values', async (t, device) => {
  const x = leaf([1, 1, 1, 1], [1, 1, 2, 2], device);
  sum(maxPool2d(x, 2)).backward();
  t.same([...(await x.grad!.data())], [1, 0, 0, 0]);
});

everyDevice('maxPool2d never takes the padding, even among negative values', async (t, device) => {
  const x = tensor([-5, -6, -7, -8], { shape: [1, 1, 2, 2], device });
  t.same([...(await maxPool2d(x, 3, { stride: 1, padding: 1 }).data())], [-5, -5, -5, -5]);
});

everyDevice('relu after maxPool2d gives the values and gradients of relu before it', async (t, device) => {
  const numbers = normal([2, 3, 9, 8], 'commute').map((v) => Math.fround(v - 0.5));
  const weights = tensor(normal([2, 3, 5, 4], 'weights').map(Math.fround), { shape: [2, 3, 5, 4], device });
  const options = { stride: 2, padding: 1 };
  const found: number[][] = [];
  for (const fn of [
    (x: Tensor) => relu(maxPool2d(x, 3, options)),
    (x: Tensor) => maxPool2d(relu(x), 3, options),
  ]) {
    const x = tensor(numbers, { shape: [2, 3, 9, 8], device, requiresGrad: true });
    const y = fn(x);
    sum(mul(y, weights)).backward();
    found.push([...(await y.data()), ...(await x.grad!.data())]);
  }
  t.same(found[0], found[1]);
  t.ok(found[0].filter((v) => v === 0).length > 20, 'some windows have nothing above 0');
});

everyDevice('avgPool2d divides by the window, or by what of it lies in the image', async (t, device) => {
  const x = tensor([4, 8, 12, 16], { shape: [1, 1, 2, 2], device });
  const options = { stride: 2, padding: 1 };
  t.same([...(await avgPool2d(x, 2, options).data())], [1, 2, 3, 4]);
  t.same([...(await avgPool2d(x, 2, { ...options, countIncludePad: false }).data())], [4, 8, 12, 16]);
});

t.test('what does not fit is refused by name, with what was expected', async (t) => {
  const of = (...shape: number[]) => tensor(normal(shape, 0), { shape });
  for (const [name, pool] of Object.entries({ maxPool2d, avgPool2d })) {
    const x = of(1, 2, 4, 4);
    t.throws(
      () => pool(of(2, 4, 4), 2),
      new ShapeError(`${name}: x has shape [2, 4, 4], expected [N, C, H, W]`),
    );
    t.throws(
      () => pool(x, 5),
      new ShapeError(`${name}: the window [5, 5] is larger than the padded input [4, 4]`),
    );
    t.throws(
      () => pool(x, 0),
      new OptionError(`${name}: kernelSize is 0, expected whole numbers of at least 1`),
    );
    t.throws(
      () => pool(x, 2, { stride: 0 }),
      new OptionError(`${name}: stride is 0, expected whole numbers of at least 1`),
    );
    t.throws(
      () => pool(x, [2, 3], { padding: [1, 2] }),
      new OptionError(`${name}: padding is [1, 2], expected at most half of kernelSize [2, 3]`),
    );
  }
});
