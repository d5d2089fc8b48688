// A frozen classifier: which runs have one, and the features it has of images.

import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { batches, channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import { noGrad } from '../../../lib/index.js';
import { featuresOf, loadClassifier } from '../../../models/features/classifier.js';
import type { CifarCnn } from '../../../models/networks/cifar-cnn.js';
import { imagesOf } from '../../../models/run/evaluate.js';
import { classifierConfig, writeClassifier } from '../gan/small.js';

const root = t.testdir({});
const folder = await writeClassifier(join(root, 'run'));
const images = synthetic({ split: 'test', count: 70 });
const statistics = channelStatistics(images);

t.test('features are what the last layer is given, image by image', async (t) => {
  const classifier = loadClassifier(folder);
  const weights = readFileSync(join(folder, 'weights.safetensors'));
  t.equal(classifier.sha256, createHash('sha256').update(weights).digest('hex'));
  t.equal(classifier.dimension, 8);
  const { values, count, dimension } = await featuresOf(classifier, images, statistics);
  t.strictSame([count, dimension, values.length], [70, 8, 560]);
  const { linear } = classifier.network as CifarCnn;
  const [batch] = batches(images, { batchSize: 70, statistics });
  const logits = await noGrad(() => classifier.network.forward(imagesOf(batch))).data();
  const [w, b] = [await linear.weight.data(), await linear.bias!.data()];
  for (const [n, c] of [
    [0, 0],
    [33, 4],
    [69, 9],
  ]) {
    let logit = b[c];
    for (let i = 0; i < 8; i++) logit += w[c * 8 + i] * values[n * 8 + i];
    t.ok(Math.abs(logit - logits[n * 10 + c]) < 1e-5, `image ${n}, class ${c}`);
  }
  t.ok(
    values.every((v) => v >= 0),
    'means of what a ReLU leaves',
  );
  t.ok(
    classifier.network.parameters().every((parameter) => !parameter.requiresGrad),
    'frozen',
  );
});

t.test('what is no run of a classifier', async (t) => {
  const config = (change: object) =>
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...classifierConfig, ...change }));
  const fails = (message: string | RegExp, run = folder) => t.throws(() => loadClassifier(run), { message });
  fails(`--features ${join(root, 'none')}: no such folder`, join(root, 'none'));
  config({ norm: 'mn' });
  fails(`--features ${folder}: the network has norm mn, expected bn: its features are to be neutral`);
  const path = join(folder, 'config.json');
  const counts = [
    { limitTrain: undefined },
    { limitTrain: '40' },
    { width: 'a' },
    { width: -3 },
    { classes: 0 },
  ];
  for (const wrong of [{ model: 'vgg' }, { classes: 'ten' }, { model: 'dcgan' }, ...counts]) {
    config(wrong);
    fails(`${path}: is not that of a classifier's run`);
  }
  config({ classes: 7 });
  fails(/weights\.safetensors: loadStateDict: linear\.weight has shape \[10, 8\], expected \[7, 8\]/);
  writeFileSync(path, '{');
  fails(`${path}: is not that of a classifier's run`);
  config({});
  writeFileSync(join(folder, 'weights.safetensors'), 'damaged');
  fails(/weights\.safetensors: safetensors: damaged/);
  rmSync(join(folder, 'weights.safetensors'));
  fails(`--features ${folder}: holds no run: it has no weights.safetensors`);
});
