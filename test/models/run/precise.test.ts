// Evaluation by running and by precise statistics.
import t from 'tap';
import { batches, channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import { createRandom, type Tensor } from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import { evaluate, imagesOf } from '../../../models/run/evaluate.js';
import { evaluateBothWays } from '../../../models/run/precise.js';

const train = synthetic({ split: 'train', count: 32 });
const test = synthetic({ split: 'test', count: 16 });
const statistics = channelStatistics(train);

function* inputs(): Generator<Tensor> {
  for (const batch of batches(train, { batchSize: 16, statistics })) yield imagesOf(batch);
}

const bothWays = (network: ReturnType<typeof makeModel>, stop?: AbortSignal) =>
  evaluateBothWays(network, inputs(), () => evaluate(network, test, statistics), stop);

for (const norm of ['bn', 'mn', 'mode'] as const) {
  t.test(
    `${norm}: two scores, which differ, and the network is as it was, generators included`,
    async (t) => {
      const network = makeModel('cifar-cnn', { norm }, { classes: 10, random: createRandom(1), width: 4 });
      network.forward(imagesOf([...batches(train, { batchSize: 16, statistics })][0]));
      const before = await network.stateDict();
      const scores = await bothWays(network);
      t.same(
        scores.map(({ statistics }) => statistics),
        ['running', 'precise'],
      );
      t.not(scores[0].loss, scores[1].loss);
      t.same(await network.stateDict(), before);
      t.same(await bothWays(network), scores, 'and again');
    },
  );
}

t.test('a norm without running statistics has one score', async (t) => {
  const network = makeModel(
    'cifar-cnn',
    { norm: 'group' },
    { classes: 10, random: createRandom(1), width: 32 },
  );
  const scores = await bothWays(network);
  t.same(
    scores.map(({ statistics }) => statistics),
    ['running'],
  );
});

t.test('what stops it leaves the network as it was', async (t) => {
  const network = makeModel('cifar-cnn', { norm: 'bn' }, { classes: 10, random: createRandom(1), width: 4 });
  const before = await network.stateDict();
  const stop = new AbortController();
  const first = evaluate(network, test, statistics);
  const evaluateOnce = async () => {
    stop.abort(new Error('enough'));
    return first;
  };
  await t.rejects(evaluateBothWays(network, inputs(), evaluateOnce, stop.signal), { message: 'enough' });
  t.same(await network.stateDict(), before);
});
