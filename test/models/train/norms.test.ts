// Every norm that --norm has trains: the loss of a batch falls, and the program writes weights that it can evaluate.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRandom, crossEntropy, loadSafetensors, SGD, tensor } from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import { type NormSettings, normNames } from '../../../models/networks/norms.js';
import { normal } from '../../values.js';
import { readMetrics, runProgram, tiny } from '../programs.js';

const SHAPE = [8, 3, 32, 32];
const LABELS = [0, 1, 2, 3, 0, 1, 2, 3];
/** Stripes, finer from class to class: no norm takes that from an image. */
const images = tensor(
  normal(SHAPE, 'images').map((v, i) => 0.3 * v + Math.sin((0.4 + LABELS[Math.floor(i / 3072)]) * (i % 32))),
  { shape: SHAPE },
);

for (const norm of normNames) {
  t.test(`${norm}: a few steps lower the loss of a batch, and evaluation gives numbers`, async (t) => {
    const settings: NormSettings = { norm, virtualBatchSize: 4 };
    const network = makeModel('cifar-cnn', settings, { classes: 4, width: 4, random: createRandom(1) });
    const optimizer = new SGD(network.parameters(), { lr: 0.05, momentum: 0.9 });
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      optimizer.zeroGrad();
      const loss = crossEntropy(network.forward(images), LABELS);
      losses.push(await loss.item());
      loss.backward();
      optimizer.step();
    }
    const least = Math.min(...losses);
    t.ok(least < 0.9 * losses[0], `${losses[0]} falls to ${least}`);
    const logits = await network.eval().forward(images).data();
    t.ok(logits.every(Number.isFinite), 'evaluation');
  });
}

t.test('the program trains with parts of batches and with modes', async (t) => {
  for (const [norm, flags, key] of [
    ['ghost', ['--virtual-batch-size', '2'], 'norm1.running_mean'],
    ['ghost', ['--groups', '3'], 'norm1.running_mean'],
    ['mode', ['--components', '3', '--norm-at', 'conv3'], 'norm3.gate_weight'],
  ] as const) {
    const out = join(t.testdir({}), 'run');
    const { code, stderr } = runProgram('train', [...tiny, '--norm', norm, ...flags, '--out', out]);
    t.equal(code, 0, stderr);
    const metrics = readMetrics(out);
    t.equal(metrics.filter(({ kind }) => kind === 'train').length, 2);
    t.ok(metrics.every((metric) => metric.kind !== 'train' || Number.isFinite(metric.loss)));
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    const expected =
      norm === 'ghost'
        ? { norm, [flags[0] === '--groups' ? 'groups' : 'virtualBatchSize']: Number(flags[1]) }
        : { norm, components: 3, normAt: ['conv3'] };
    t.match(config, expected);
    t.ok(key in loadSafetensors(readFileSync(join(out, 'weights.safetensors'))).state, key);
  }
});

t.test('with one component the losses of a mixture are those of batch normalization', async (t) => {
  const losses = await Promise.all(
    ([{ norm: 'bn' }, { norm: 'mn', components: 1 }] as NormSettings[]).map(async (settings) => {
      const network = makeModel('cifar-cnn', settings, { classes: 4, width: 4, random: createRandom(1) });
      const optimizer = new SGD(network.parameters(), { lr: 0.05, momentum: 0.9 });
      const found: number[] = [];
      for (let step = 0; step < 5; step++) {
        optimizer.zeroGrad();
        const loss = crossEntropy(network.forward(images), LABELS);
        found.push(await loss.item());
        loss.backward();
        optimizer.step();
      }
      return found;
    }),
  );
  const [bn, mn] = losses;
  t.ok(bn[4] < 0.9 * bn[0], 'they fall');
  for (const [step, loss] of bn.entries()) t.ok(Math.abs(loss - mn[step]) < 1e-5, `${loss} and ${mn[step]}`);
});
