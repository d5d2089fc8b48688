// Margins.
import { add, OptionError, type PadOptions, pad, ShapeError, slice } from '../../../lib/index.js';
import { type GoldenCall, noOptions, on, type Row } from '../row.js';

const padRow: Row = {
  cases: {
    'images, each side another': on(
      (x) =>
        pad(x, [
          [1, 2],
          [3, 0],
        ]),
      [2, 2, 3, 4],
    ),
    'the last axis, with a value': on((x) => pad(x, [[2, 1]], { value: -1.5 }), [3, 4]),
    'all of four axes': on(
      (x) =>
        pad(
          x,
          [
            [1, 0],
            [0, 2],
            [1, 1],
            [2, 0],
          ],
          { value: 3 },
        ),
      [2, 1, 3, 2],
    ),
    'axes apart': on(
      (x) =>
        pad(x, [
          [1, 1],
          [0, 0],
          [0, 2],
        ]),
      [2, 3, 2],
    ),
    'a middle axis': on(
      (x) =>
        pad(x, [
          [1, 2],
          [0, 0],
        ]),
      [2, 3, 5],
    ),
    'no margins': on((x) => add(pad(x, [[0, 0]]), pad(x, [])), [2, 3]),
    'padded and cut again': on((x) => slice(pad(x, [[2, 3]]), 0, 1, 6), [4]),
    mirrored: on(
      (x) =>
        pad(
          x,
          [
            [2, 1],
            [0, 3],
          ],
          { mode: 'reflect' },
        ),
      [2, 3, 4],
    ),
  },
  second: 'operations',
  golden: ({
    inputs: { x },
    attrs: { padding, ...options },
  }: GoldenCall<{ padding: [number, number][] } & PadOptions>) => pad(x, padding, options),
  call: (of) => [
    of(3, 3),
    [
      [1, 2],
      [0, 1],
    ],
    { mode: 'constant', value: 1 },
  ],
  accepts: { 1: ['[]'], 2: noOptions },
  bad: {
    'margins of more axes than x has': [
      (of) =>
        pad(of(2), [
          [1, 1],
          [1, 1],
        ]),
      ShapeError,
      /^pad: padding of 2 axes, x has shape \[2\]$/,
    ],
    'the margins of another library': [
      (of) => pad(of(2, 3), [1, 1] as never),
      OptionError,
      /^pad: padding is \[1,1\], expected \[before, after\] for each axis$/,
    ],
    'a margin below 0': [
      (of) => pad(of(2, 3), [[-1, 1]]),
      OptionError,
      /^pad: padding is \[\[-1,1\]\], expected/,
    ],
    'a word for a value': [
      (of) => pad(of(2, 3), [[1, 1]], { value: '0' as never }),
      OptionError,
      /^pad: value is '0', expected a number$/,
    ],
    'another mode': [
      (of) => pad(of(2, 3), [[1, 1]], { mode: 'circular' as never }),
      OptionError,
      /^pad: mode is 'circular', expected 'constant' or 'reflect'$/,
    ],
    'more mirrored than there is': [
      (of) => pad(of(2, 3), [[0, 3]], { mode: 'reflect' }),
      ShapeError,
      /^pad: \[0, 3\] mirrored entries, expected fewer than the 3 of axis 1$/,
    ],
    'more elements than fit': [
      (of) => pad(of(2, 3), [[1e9, 1e9]]),
      ShapeError,
      /^pad: .* elements, expected at most 2147483647$/,
    ],
  },
};

export const paddings = { pad: padRow };
