// The score is what the tape makes of the log-density, and all that lib/fisher.ts computes can be differentiated, twice.
import t, { type Test } from 'tap';
import {
  concat,
  type FisherParts,
  fisherInformation,
  fisherVector,
  gradcheck,
  gradgradcheck,
  type Mixture,
  mixtureLogProb,
  mixtureScore,
  openDevice,
  sum,
  type Tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { readFixtures } from '../golden/fixtures.js';
import { leaf, normal } from '../values.js';
import { fisherFunctions, fromParameters, parameters } from './cases.js';

const reference = await openDevice('reference');

/** Mixtures of several kinds: components, the shape of x, and whether each channel has a mixture of its own. */
const kinds: Record<string, [K: number, shape: number[], channel: boolean]> = {
  'a Gaussian': [1, [5, 3], false],
  'a Gaussian for each channel': [1, [5, 3], true],
  'two components in one channel': [2, [7, 1], false],
  'three components of images': [3, [2, 4, 3, 2], false],
  'five components for each channel': [5, [3, 2, 4], true],
};

/** The functions of lib/fisher.ts, of x and a mixture. */
const functions: Record<string, (x: Tensor, mixture: Mixture) => FisherParts> = {
  mixtureScore,
  fisherVector,
  'fisherInformation of samples': (samples, mixture) => fisherInformation(mixture, { samples }),
  'fisherInformation under hard assignment': (_, mixture) => fisherInformation(mixture),
};

/** All entries in a row. */
const inARow = ({ weights, means, deviations }: FisherParts) =>
  concat([weights, means, deviations].map((part) => part.reshape([-1])));

async function near(t: Test, got: Tensor, expected: Tensor, what: string): Promise<void> {
  t.same(got.shape, expected.shape, what);
  const worst = worstDifference(await got.data(), await expected.data(), expected.shape);
  t.ok(worst.error <= 1e-12, what, { worst });
}

/** Summed over samples. */
function overSamples({ weights, means, deviations }: FisherParts): FisherParts {
  const total = (t: Tensor) => sum(t, [1, ...t.shape.slice(3).map((_, i) => i + 3)]);
  return { weights: total(weights), means: total(means), deviations: total(deviations) };
}

for (const [title, [K, shape, channel]] of Object.entries(kinds)) {
  const make = (seed: string) => {
    const values = normal(shape, `${seed} x`).map((v) => 2 * v);
    return { x: leaf(values, shape, reference), own: parameters(K, shape[1], channel, seed, reference) };
  };

  t.test(`${title}: the score is the tape's gradient of the log-density`, async (t) => {
    for (const seed of ['first', 'second']) {
      const { x, own } = make(seed);
      sum(mixtureLogProb(x, fromParameters(own))).backward();
      const score = overSamples(mixtureScore(x, fromParameters(own)));
      await near(t, score.weights.reshape(own.alpha.shape), own.alpha.grad!, 'by α');
      await near(t, score.means, own.means.grad!, 'by the means');
      await near(t, score.deviations, own.deviations.grad!, 'by the deviations');
    }
  });

  t.test(`${title}: so it is for one sample alone`, async (t) => {
    const { x, own } = make('one');
    sum(mixtureLogProb(x, fromParameters(own)).slice(0, 1, 2)).backward();
    const { means } = mixtureScore(x, fromParameters(own));
    const only = overSamples({ weights: means, means: means.slice(1, 1, 2), deviations: means });
    await near(t, only.means, own.means.grad!, 'by the means');
  });

  t.test(`${title}: by x the log-density falls as the score by the means rises`, async (t) => {
    const { x, own } = make('x');
    sum(mixtureLogProb(x, fromParameters(own))).backward();
    const { means } = mixtureScore(x, fromParameters(own));
    await near(t, sum(means, 0).neg(), x.grad!, 'by x');
  });
}

for (const channel of [false, true]) {
  const which = channel ? 'a mixture for each channel' : 'one mixture';
  t.test(`${which}: gradients agree with central differences, those of gradients too`, async (t) => {
    const x = leaf(normal([3, 2], 'x'), [3, 2], reference);
    const own = parameters(2, 2, channel, 'gradients', reference);
    const inputs = [x, own.alpha, own.means, own.deviations];
    for (const [name, fn] of Object.entries(functions)) {
      const of = (x: Tensor, alpha: Tensor, means: Tensor, deviations: Tensor) =>
        inARow(fn(x, fromParameters({ alpha, means, deviations })));
      for (const { error } of gradcheck(of, inputs)) t.ok(error <= 1e-6, `${name}: ${error}`);
      if (fn === mixtureScore) continue; // the Fisher vector is made of it
      for (const { error } of gradgradcheck(of, inputs)) t.ok(error <= 1e-6, `${name} twice: ${error}`);
    }
  });
}

t.test('each function has golden values, which are compared on every device', async (t) => {
  const known = new Set(readFixtures('test/fixtures').map(({ op }) => op));
  for (const name of Object.keys(fisherFunctions)) t.ok(known.has(name), name);
});
