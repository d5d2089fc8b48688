// Dropout: with the seed of a case its mask is always the same.
import {
  createRandom,
  type DropoutOptions,
  dropout,
  dropout2d,
  OptionError,
  ShapeError,
  type Tensor,
} from '../../../lib/index.js';
import { type GoldenCall, noOptions, on, type Row } from '../row.js';

type Drop = (x: Tensor, options?: DropoutOptions) => Tensor;

const seeded = (fn: Drop, p: number) => (x: Tensor) => fn(x, { p, random: createRandom(3) });

function row(op: string, fn: Drop, shape: number[]): Row {
  return {
    cases: {
      half: on(seeded(fn, 0.5), shape),
      'one in ten': on(seeded(fn, 0.1), shape),
      none: on(seeded(fn, 0), shape),
      all: on(seeded(fn, 1), shape),
      twice: on((x) => seeded(fn, 0.3)(seeded(fn, 0.5)(x)), shape),
    },
    second: 'operations',
    golden: ({ inputs: { x }, attrs: { p } }: GoldenCall<{ p: number }>) => fn(x, { p }),
    call: (of) => [of(2, 3, 2, 2), { p: 0.25, random: createRandom(1) }],
    accepts: { 1: noOptions },
    bad: {
      'more than all': [
        (of) => fn(of(2, 3, 1, 1), { p: 1.5 }),
        OptionError,
        new RegExp(`^${op}: p is 1.5, expected a number of at least 0 and at most 1$`),
      ],
      'a seed as generator': [
        (of) => fn(of(2, 3, 1, 1), { random: 7 as never }),
        OptionError,
        new RegExp(`^${op}: random is 7, expected a generator of createRandom\\(\\)$`),
      ],
      'a flag of another library': [
        (of) => fn(of(2, 3, 1, 1), { training: true } as never),
        OptionError,
        new RegExp(`^${op}: no option 'training'; it has p, random$`),
      ],
    },
  };
}

const channels = row('dropout2d', dropout2d, [3, 4, 2, 3]);

export const dropouts = {
  dropout: row('dropout', dropout, [4, 7]),
  dropout2d: {
    ...channels,
    bad: {
      ...channels.bad,
      'two axes': [
        (of) => dropout2d(of(2, 3)),
        ShapeError,
        /^dropout2d: x has shape \[2, 3\], expected \[N, C, H, W\]$/,
      ],
    },
  } satisfies Row,
};
