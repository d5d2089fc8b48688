// The score is what the tape makes of the log-density; the Fisher vector is the score divided by the information's root.
import t, { type Test } from 'tap';
import {
  type Device,
  fisherInformation,
  fisherVector,
  gradcheck,
  gradgradcheck,
  type Mixture,
  mixtureLogProb,
  mixtureScore,
  openDevice,
  softmax,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyOtherDevice } from '../devices.js';
import { tolerances } from '../golden/tolerances.js';
import type { TestedDevice } from '../open.js';
import { leaf, normal } from '../values.js';
import { fromParameters, parameters } from './cases.js';

const reference = await openDevice('reference');

/** Mixtures of several kinds: components, the shape of x, and whether each channel has a mixture of its own. */
const kinds: Record<string, [K: number, shape: number[], channel: boolean]> = {
  'a Gaussian': [1, [5, 3], false],
  'a Gaussian for each channel': [1, [5, 3], true],
  'two components in one channel': [2, [7, 1], false],
  'three components of images': [3, [2, 4, 3, 2], false],
  'five components for each channel': [5, [3, 2, 4], true],
};

async function near(t: Test, got: Tensor, expected: Tensor, bound: number, what: string): Promise<void> {
  t.same(got.shape, expected.shape, what);
  const worst = worstDifference(await got.data(), await expected.data(), expected.shape);
  t.ok(worst.error <= bound, `${what} differs by at most ${bound}`, { worst });
}

for (const [title, [K, shape, channel]] of Object.entries(kinds)) {
  const make = (seed: string, device: Device = reference) => {
    const x = leaf(
      normal(shape, `${seed} x`).map((v) => 2 * v),
      shape,
      device,
    );
    return { x, own: parameters(K, shape[1], channel, seed, device) };
  };

  t.test(`${title}: the score is the tape's gradient of the log-density`, async (t) => {
    for (const seed of ['first', 'second']) {
      const { x, own } = make(seed);
      sum(mixtureLogProb(x, fromParameters(own))).backward();
      const score = mixtureScore(x, fromParameters(own));
      const over = [1, ...shape.slice(2).map((_, i) => i + 3)];
      const total = {
        weights: sum(score.weights, over),
        means: sum(score.means, over),
        deviations: sum(score.deviations, over),
      };
      const alpha = own.alpha.grad!;
      await near(t, total.weights.reshape(alpha.shape), alpha, K === 1 ? 1e-12 : 1e-12, 'α');
      await near(t, total.means, own.means.grad!, 1e-12, 'means');
      await near(t, total.deviations, own.deviations.grad!, 1e-12, 'deviations');
    }
  });

  t.test(`${title}: the score of one sample is the gradient of its own log-density`, async (t) => {
    const { x, own } = make('one');
    const at = sum(mixtureLogProb(x, fromParameters(own)).slice(0, 1, 2));
    at.backward();
    const { means } = mixtureScore(x, fromParameters(own));
    const over = [1, ...shape.slice(2).map((_, i) => i + 3)];
    await near(t, sum(means.slice(1, 1, 2), over), own.means.grad!, 1e-12, 'means');
  });
}
