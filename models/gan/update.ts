// One update of both networks: the discriminator's, and then the generator's through it.
import type { Batch } from '../../datasets/batches.js';
import {
  bceWithLogits,
  full,
  type Module,
  type Optimizer,
  type Random,
  type Tensor,
} from '../../lib/index.js';
import type { Dcgan } from '../networks/dcgan.js';
import { DivergedError } from '../run/errors.js';
import { imagesOf } from '../run/evaluate.js';
import type { GanMetric } from '../run/metrics.js';
import { latents } from './latents.js';

/** What takes part in an update. */
export interface Learner extends Dcgan {
  optimizerG: Optimizer;
  optimizerD: Optimizer;
  /** What each step's z is drawn from, by a fork of its number. */
  random: Random;
}

/** What an update tells of itself. */
export type Scores = Pick<GanMetric, 'lossD' | 'lossG' | 'real' | 'fake' | 'fooled'>;

/**
 * Moves D by −log D(x) − log(1 − D(G(z))), and G by −log D(G(z)) of the same z, which does not saturate.
 * Real and generated images go through D in batches of their own. (Goodfellow et al., arXiv 1406.2661)
 * @throws DivergedError where a loss is not finite, before it reaches the weights
 */
export async function update(learner: Learner, batch: Batch, step: number): Promise<Scores> {
  const { generator, discriminator, random } = learner;
  generator.train();
  discriminator.train();
  const made = generator.forward(latents(random.fork(step), batch.size));
  const judged = await updateDiscriminator(learner, imagesOf(batch), made, step);
  return { ...judged, ...(await updateGenerator(learner, made, step)) };
}

async function updateDiscriminator(
  { discriminator, optimizerD }: Learner,
  images: Tensor,
  made: Tensor,
  step: number,
): Promise<Pick<Scores, 'lossD' | 'real' | 'fake'>> {
  optimizerD.zeroGrad();
  const onReal = discriminator.forward(images);
  const onFake = discriminator.forward(made.detach());
  const loss = against(onReal, 1).add(against(onFake, 0));
  const [lossD, real, fake] = await Promise.all([loss.item(), shareOf(onReal), shareOf(onFake)]);
  check('discriminator', lossD, step);
  loss.backward();
  optimizerD.step();
  return { lossD, real, fake };
}

async function updateGenerator(
  { discriminator, optimizerG }: Learner,
  made: Tensor,
  step: number,
): Promise<Pick<Scores, 'lossG' | 'fooled'>> {
  optimizerG.zeroGrad();
  return frozen(discriminator, async () => {
    const judged = discriminator.forward(made);
    const loss = against(judged, 1);
    const [lossG, fooled] = await Promise.all([loss.item(), shareOf(judged)]);
    check('generator', lossG, step);
    loss.backward();
    optimizerG.step();
    return { lossG, fooled };
  });
}

/** The mean cross-entropy of logits with one truth for all. */
const against = (logits: Tensor, truth: number): Tensor => bceWithLogits(logits, full(logits.shape, truth));

/** The mean share of truth in logits. */
async function shareOf(logits: Tensor): Promise<number> {
  let sum = 0;
  for (const x of await logits.data()) sum += 1 / (1 + Math.exp(-x));
  return sum / logits.size;
}

/** Works without the network's own gradients, which nobody would use. */
async function frozen<T>(network: Module, work: () => Promise<T>): Promise<T> {
  const parameters = network.parameters();
  for (const parameter of parameters) parameter.requiresGrad = false;
  try {
    return await work();
  } finally {
    for (const parameter of parameters) parameter.requiresGrad = true;
  }
}

function check(network: string, loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new DivergedError(`the loss of the ${network} is ${loss} at step ${step}; try a lower --lr`);
}
