// Evaluation of a network on a data set.
import t from 'tap';
import { channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import { createRandom, currentDevice } from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import { classify, countCorrect, evaluate, predict } from '../../../models/run/evaluate.js';

t.test('a row counts as correct where its label is the first of its largest logits', (t) => {
  t.equal(countCorrect([1, 2, 3, 0, 5, 5], Int32Array.of(2, 1)), 2);
  t.equal(countCorrect([1, 2, 3, 0, 5, 5], Int32Array.of(1, 0)), 0);
  t.equal(
    countCorrect([0, 0, 0, 0, 0, 0], Int32Array.of(1, 0)),
    1,
    'equal logits are one answer, not every one',
  );
  t.end();
});

t.test('a row with a logit that is no number does not count as correct', (t) => {
  for (const row of [
    [Number.NaN, Number.NaN],
    [1, Number.NaN],
    [Number.NaN, 1],
  ]) {
    t.equal(countCorrect(row, Int32Array.of(0)), 0);
    t.equal(countCorrect(row, Int32Array.of(1)), 0);
  }
  t.equal(countCorrect([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], Int32Array.of(1)), 1);
  t.end();
});

t.test('a prediction is the first of the largest logits, and none where one is no number', (t) => {
  t.strictSame([...predict([1, 3, 3, 0, -1, -2, -1, Number.NaN, 5], 3)], [1, 0, -1]);
  t.end();
});

t.test('predictions are those of a score, image by image', async (t) => {
  const network = makeModel('cifar-cnn', { norm: 'bn' }, { classes: 10, width: 8, random: createRandom(1) });
  const dataset = synthetic({ split: 'test', count: 70 });
  const statistics = channelStatistics(dataset);
  const { predictions, ...score } = await classify(network, dataset, statistics);
  t.strictSame(await evaluate(network, dataset, statistics), score);
  const right = predictions.filter((prediction, n) => prediction === dataset.labels[n]).length;
  t.equal(right / 70, score.accuracy);
  const last = {
    ...dataset,
    length: 1,
    images: dataset.images.slice(-3072),
    labels: dataset.labels.slice(-1),
  };
  t.strictSame((await classify(network, last, statistics)).predictions, predictions.slice(-1));
});

t.test(
  'evaluation does not change the network, holds no more memory than before, and stops when asked',
  async (t) => {
    const network = makeModel('cifar-cnn', { norm: 'mn' }, { classes: 10, random: createRandom(1) });
    const dataset = synthetic({ split: 'test', count: 8 });
    const statistics = channelStatistics(dataset);
    const before = await network.stateDict();
    const first = await evaluate(network, dataset, statistics);
    const live: number[] = [];
    for (let i = 0; i < 6; i++) {
      t.strictSame(await evaluate(network, dataset, statistics), first);
      live.push(currentDevice().memory().live);
    }
    // What was used last may stay on the device until others need the room.
    t.ok(live[5] <= live[2], `${live}`);
    t.strictSame(await network.stateDict(), before);
    t.ok(first.accuracy >= 0 && first.accuracy <= 1 && first.loss > 0);
    await t.rejects(evaluate(network, dataset, statistics, AbortSignal.abort(new Error('enough'))), {
      message: 'enough',
    });
  },
);
