// One update of a GAN: what it tells, what it moves and what it leaves alone.
import t from 'tap';
import type { Batch } from '../../../datasets/batches.js';
import { Adam, createRandom, type Module, SGD } from '../../../lib/index.js';
import { type Learner, update } from '../../../models/gan/update.js';
import { makeDcgan } from '../../../models/networks/dcgan.js';
import { DivergedError } from '../../../models/run/errors.js';

const SIZE = 4;

async function learner(lrD: number, lrG: number): Promise<Learner> {
  const random = createRandom(1);
  const { generator, discriminator } = await makeDcgan({ norm: 'bn' }, { random, width: 4 });
  const optimizerG = new SGD(generator.parameters(), { lr: lrG });
  const optimizerD = new SGD(discriminator.parameters(), { lr: lrD });
  return { generator, discriminator, optimizerG, optimizerD, random };
}

function batch(value?: number): Batch {
  const { normal } = createRandom(2);
  const images = Float32Array.from({ length: SIZE * 3 * 1024 }, () => value ?? Math.tanh(normal()));
  return { images, labels: new Int32Array(SIZE), size: SIZE };
}

async function parametersOf(network: Module): Promise<number[][]> {
  return Promise.all(network.parameters().map(async (p) => [...(await p.data())]));
}

t.test('each optimizer moves its own network', async (t) => {
  for (const [lrD, lrG] of [
    [0, 0.1],
    [0.1, 0],
  ]) {
    const all = await learner(lrD, lrG);
    const before = [await parametersOf(all.generator), await parametersOf(all.discriminator)];
    await update(all, batch(), 1);
    const after = [await parametersOf(all.generator), await parametersOf(all.discriminator)];
    t.ok((String(before[0]) !== String(after[0])) === lrG > 0, `generator, lr ${lrG}`);
    t.ok((String(before[1]) !== String(after[1])) === lrD > 0, `discriminator, lr ${lrD}`);
  }
});

t.test('losses are those of the shares of truth, and networks stay trainable', async (t) => {
  const all = await learner(0, 0);
  const { lossD, lossG, real, fake, fooled } = await update(all, batch(), 1);
  // The discriminator does not move, and its batch statistics are those of the same images.
  t.ok(Math.abs(fooled - fake) < 1e-6, `${fake}, then ${fooled}`);
  // Logits are near 0 at the start, where −log σ is all but linear.
  t.ok(Math.abs(lossD + Math.log(real) + Math.log(1 - fake)) < 0.02, `${lossD}`);
  t.ok(Math.abs(lossG + Math.log(fooled)) < 0.02, `${lossG}`);
  t.ok([...all.generator.parameters(), ...all.discriminator.parameters()].every((p) => p.requiresGrad));
});

t.test('the same step makes the same images, another step others', async (t) => {
  const scores = async (step: number) => update(await learner(0, 0), batch(), step);
  const first = await scores(1);
  t.strictSame(await scores(1), first);
  const other = await scores(2);
  t.equal(other.real, first.real);
  t.not(other.fake, first.fake);
});

t.test('a discriminator that is ahead is caught up with', async (t) => {
  const all = await learner(0, 0.05);
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) losses.push((await update(all, batch(), 1)).lossG);
  t.ok(losses[9] < losses[0], `${losses}`);
  const other = await learner(0.05, 0);
  const falling: number[] = [];
  for (let i = 0; i < 10; i++) falling.push((await update(other, batch(), 1)).lossD);
  t.ok(falling[9] < falling[0], `${falling}`);
});

t.test('a loss that is no number moves no weight', async (t) => {
  const all = await learner(0.1, 0.1);
  all.optimizerD = new Adam(all.discriminator.parameters(), { lr: 0.1 });
  const before = await parametersOf(all.discriminator);
  const message = 'the loss of the discriminator is NaN at step 7; try a lower --lr';
  await t.rejects(update(all, batch(Number.NaN), 7), new DivergedError(message));
  t.ok(String(await parametersOf(all.discriminator)) === String(before));
});
