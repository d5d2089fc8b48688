// Score, Fisher information and Fisher vector of mixtures.
import { DeviceError, OptionError, ShapeError, TapeError } from '../../lib/index.js';
import { elsewhere, M, type Misuses, released, x } from './given.js';

/** A mixture of two components in two channels, or what is in its place. */
const mixture = (other: object = {}) => ({
  weights: M.tensor([0.5, 0.5]),
  means: x(),
  variances: x(),
  ...other,
});

/** What all refuse of a mixture. */
const badMixtures = (op: string, call: (mixture?: unknown) => unknown): Misuses[string] => ({
  'no mixture': [
    () => call(),
    OptionError,
    `${op}: mixture is undefined, expected { weights, means, variances }`,
  ],
  'a tensor in its place': [
    () => call(x()),
    OptionError,
    /: mixture is .*, expected \{ weights, means, variances \}/,
  ],
  'deviations in place of variances': [
    () => call({ weights: M.tensor([0.5, 0.5]), means: x(), deviations: x() }),
    OptionError,
    `${op}: mixture.variances is undefined, expected a tensor`,
  ],
  'means without channels': [
    () => call(mixture({ means: M.tensor([1, 2]) })),
    ShapeError,
    `${op}: mixture.means has shape [2], expected [K, C]`,
  ],
  'a weight too many': [
    () => call(mixture({ weights: M.tensor([0.5, 0.25, 0.25]) })),
    ShapeError,
    `${op}: mixture.weights has shape [3], expected [2]`,
  ],
  'weights of three channels': [
    () => call(mixture({ weights: M.full([2, 3], 0.5) })),
    ShapeError,
    `${op}: mixture.weights has shape [2, 3], expected [2, 2]`,
  ],
  'weights that do not add up': [
    () => call(mixture({ weights: M.tensor([0.5, 0.25]) })),
    OptionError,
    `${op}: mixture.weights add up to 0.75, expected 1`,
  ],
  'a weight of 0': [
    () => call(mixture({ weights: M.tensor([0, 1]) })),
    OptionError,
    `${op}: mixture.weights holds 0 at position 0, expected finite numbers above 0 and at most 1.0001`,
  ],
  'a variance of 0': [
    () => call(mixture({ variances: M.zeros([2, 2]) })),
    OptionError,
    `${op}: mixture.variances holds 0 at position 0, expected finite numbers above 0`,
  ],
  'a mean that is not finite': [
    () => call(mixture({ means: M.full([2, 2], Number.NaN) })),
    OptionError,
    `${op}: mixture.means holds NaN at position 0, expected finite numbers`,
  ],
  'two devices': [
    () => call(mixture({ means: elsewhere() })),
    DeviceError,
    new RegExp(`^${op}: tensors on .*, expected one device$`),
  ],
  'a released tensor': [() => call(mixture({ means: released() })), TapeError, /was disposed of/],
});

/** What those of x and a mixture refuse; x is `name`. */
const badInputs = (
  op: string,
  name: string,
  call: (x: unknown, mixture: unknown) => unknown,
): Misuses[string] => ({
  numbers: [
    () => call([1, 2], mixture()),
    OptionError,
    new RegExp(`^${op}: ${name} is .*, expected a tensor`),
  ],
  'a row': [
    () => call(M.ones([2]), mixture()),
    ShapeError,
    `${op}: ${name} has shape [2], expected [N, C, …]`,
  ],
  'other channels': [
    () => call(M.ones([2, 3]), mixture()),
    ShapeError,
    `${op}: mixture.means has shape [2, 2], expected [2, 3]`,
  ],
  'x on another device': [
    () => call(elsewhere(), mixture()),
    DeviceError,
    new RegExp(`^${op}: tensors on .*, expected one device$`),
  ],
});

const ofBoth = (op: string): Misuses[string] => ({
  ...badMixtures(op, (mixture) => M[op](x(), mixture)),
  ...badInputs(op, 'x', (x, mixture) => M[op](x, mixture)),
});

export const fisher: Misuses = {
  mixtureLogProb: ofBoth('mixtureLogProb'),
  mixtureScore: ofBoth('mixtureScore'),
  fisherVector: ofBoth('fisherVector'),
  fisherInformation: {
    ...badMixtures('fisherInformation', (mixture) => M.fisherInformation(mixture)),
    ...badInputs('fisherInformation', 'samples', (samples, mixture) =>
      M.fisherInformation(mixture, { samples }),
    ),
    'samples in place of options': [
      () => M.fisherInformation(mixture(), x()),
      OptionError,
      /^fisherInformation: its options are /,
    ],
    'an unknown option': [
      () => M.fisherInformation(mixture(), { exact: true }),
      OptionError,
      "fisherInformation: no option 'exact'; it has samples",
    ],
  },
};
