// Loss and gradient along an update: at its points those of a network that was put there, and afterwards all is as it was.
import t from 'tap';
import {
  AdamW,
  createRandom,
  crossEntropy,
  Dropout,
  defaultRandom,
  dropout,
  Linear,
  MixtureNorm1d,
  Module,
  manualSeed,
  Sequential,
  type StateDict,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { watchDescent } from '../../../models/watch/descent.js';
import { normal } from '../../values.js';

const random = createRandom(1);
const images = tensor(normal([32, 6], 'images'), { shape: [32, 6] });
const labels = Array.from({ length: 32 }, (_, i) => i % 3);
/** Dropout whose mask the generator of the process draws. */
class Drop extends Module {
  forward(x: Tensor): Tensor {
    return dropout(x, { p: 0.4 });
  }
}
// Generators and statistics of every kind.
const network = new Sequential(
  new Linear(6, 8, { random }),
  new MixtureNorm1d(8, { components: 2, random }),
  new Dropout({ p: 0.4 }),
  new Drop(),
  new Linear(8, 3, { random }),
);
const optimizer = new AdamW(network.parameters(), { lr: 0.05 });

async function pass(): Promise<number> {
  optimizer.zeroGrad();
  const loss = crossEntropy(network.forward(images), labels);
  loss.backward();
  return loss.item();
}

const gradients = async () => {
  const all = await Promise.all(network.parameters().map(({ grad }) => grad!.data()));
  return all.flatMap((values) => [...values]);
};

t.test('points along an update', async (t) => {
  manualSeed(7);
  for (let step = 1; step <= 3; step++) {
    const [before, drawn] = [await network.stateDict(), defaultRandom().state()];
    const watch = await watchDescent(network);
    const loss = await pass();
    const first = await gradients();
    optimizer.step();
    const [after, state] = [await network.stateDict(), defaultRandom().state()];
    t.notSame(state, drawn, 'dropout has drawn');
    const points = await watch.points(pass);
    t.strictSame(await network.stateDict(), after, 'weights, statistics and generators are as they were');
    t.strictSame(defaultRandom().state(), state, 'and that of the process');

    t.strictSame(
      points.map(({ rate }) => rate),
      [0, 0.5, 1, 2, 4],
    );
    t.equal(points[0].loss, loss, 'the first point is where the update began');
    t.equal(points[0].gradientDistance, 0);
    for (const { rate, loss, gradientDistance } of points.slice(1)) {
      network.loadStateDict(moved(before, after, rate));
      defaultRandom().load(drawn);
      t.equal(loss, await pass(), `${rate}: loss`);
      const wanted = Math.hypot(...(await gradients()).map((g, i) => g - first[i]));
      t.ok(Math.abs(gradientDistance - wanted) < 1e-5 * wanted, `${rate}: ${gradientDistance}, ${wanted}`);
      t.ok(gradientDistance > 0);
    }
    network.loadStateDict(after);
    defaultRandom().load(state);
  }
});

/** The state before an update with its weights and biases moved. */
function moved(before: StateDict, after: StateDict, rate: number): StateDict {
  const entries = Object.entries(before).map(([key, entry]) => {
    if (!/(weight|bias)$/.test(key)) return [key, entry];
    const data = entry.data.map((value, i) => value + rate * (after[key].data[i] - value));
    return [key, { ...entry, data }];
  });
  return Object.fromEntries(entries);
}

t.test('where a pass throws, the network is as the update left it', async (t) => {
  const watch = await watchDescent(network);
  await pass();
  optimizer.step();
  const after = await network.stateDict();
  await t.rejects(
    watch.points(() => Promise.reject(new Error('no room'))),
    { message: 'no room' },
  );
  t.strictSame(await network.stateDict(), after);
});
