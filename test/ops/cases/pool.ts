// Max and average pooling.
import { avgPool2d, maxPool2d, OptionError, type Pair, ShapeError, type Tensor } from '../../../lib/index.js';
import { type GoldenCall, named, noOptions, type OpCases, on, type Row } from '../row.js';

type Pool = (x: Tensor, kernelSize: Pair, options?: object) => Tensor;

function poolCases(pool: Pool): OpCases {
  return {
    'one pixel': on((x) => pool(x, 1), [1, 1, 1, 1]),
    'windows side by side': on((x) => pool(x, 2), [2, 3, 6, 4]),
    'a rest that no window covers': on((x) => pool(x, 2), [1, 2, 7, 5]),
    'windows that overlap': on((x) => pool(x, 3, { stride: 1 }), [2, 2, 7, 6]),
    'stride 2 with padding, as in the CIFAR network': on(
      (x) => pool(x, 3, { stride: 2, padding: 1 }),
      [2, 3, 8, 7],
    ),
    'windows over the edge': on((x) => pool(x, 3, { stride: 2, ceilMode: true }), [1, 2, 6, 6]),
    'windows over the padded edge': on(
      (x) => pool(x, [3, 2], { stride: 2, padding: 1, ceilMode: true }),
      [1, 2, 6, 7],
    ),
    'height and width apart': on((x) => pool(x, [3, 2], { stride: [2, 1], padding: [1, 0] }), [2, 2, 7, 5]),
    'the whole image': on((x) => pool(x, [4, 5]), [2, 3, 4, 5]),
    'stride beyond the window': on((x) => pool(x, 2, { stride: 4 }), [1, 1, 9, 9]),
  };
}

/** Padding kept out of the divisor. */
const withoutPad: Pool = (x, kernelSize, options) =>
  avgPool2d(x, kernelSize, { ...options, countIncludePad: false });

function pooling(name: string, pool: Pool, row: Pick<Row, 'cases' | 'call'> & { options: string }): Row {
  const says = (text: string) => new RegExp(`^${name}: ${text.replace(/[[\]]/g, '\\$&')}$`);
  return {
    cases: row.cases,
    call: row.call,
    second: 'operations',
    golden: ({ inputs: { x }, attrs: { kernelSize, ...rest } }: GoldenCall<{ kernelSize: Pair }>) =>
      pool(x, kernelSize, rest),
    accepts: { 1: ['3'], 2: noOptions },
    bad: {
      'x without a batch': [
        (of) => pool(of(2, 4, 4), 2),
        ShapeError,
        says('x has shape [2, 4, 4], expected [N, C, H, W]'),
      ],
      'a window larger than the image': [
        (of) => pool(of(1, 2, 4, 4), 5),
        ShapeError,
        says('the window [5, 5] is larger than the padded input [4, 4]'),
      ],
      'a window of size 0': [
        (of) => pool(of(1, 2, 4, 4), 0),
        OptionError,
        says('kernelSize is 0, expected an integer of at least 1, or a pair of them'),
      ],
      'stride 0': [
        (of) => pool(of(1, 2, 4, 4), 2, { stride: 0 }),
        OptionError,
        says('stride is 0, expected an integer of at least 1, or a pair of them'),
      ],
      'padding of more than half the window': [
        (of) => pool(of(1, 2, 4, 4), [2, 3], { padding: [1, 2] }),
        OptionError,
        says('padding is [1, 2], expected at most half of kernelSize [2, 3]'),
      ],
      'the name of another library': [
        (of) => pool(of(1, 2, 4, 4), 2, { ceil_mode: true }),
        OptionError,
        says(`no option 'ceil_mode'; it has ${row.options}`),
      ],
    },
  };
}

export const pools = {
  maxPool2d: pooling('maxPool2d', maxPool2d, {
    cases: poolCases(maxPool2d),
    call: (of) => [of(1, 2, 5, 5), 3, { stride: 2, padding: 1, ceilMode: true }],
    options: 'stride, padding, ceilMode',
  }),
  avgPool2d: pooling('avgPool2d', avgPool2d, {
    cases: { ...poolCases(avgPool2d), ...named('without padding in the divisor', poolCases(withoutPad)) },
    call: (of) => [of(1, 2, 5, 5), 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }],
    options: 'stride, padding, ceilMode, countIncludePad',
  }),
};
