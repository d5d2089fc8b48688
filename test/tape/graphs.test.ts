// Several graphs side by side: what a gradient is computed from, and what is released when.
import t from 'tap';
import {
  avgPool2d,
  BatchNorm2d,
  batchNorm,
  Conv2d,
  concat,
  conv2d,
  convTranspose2d,
  createRandom,
  crossEntropy,
  type Device,
  div,
  exp,
  Flatten,
  gather,
  groupNorm,
  instanceNorm,
  Linear,
  layerNorm,
  log,
  logSumExp,
  MixtureNorm2d,
  type Module,
  manualSeed,
  matmul,
  maxPool2d,
  mul,
  openDevice,
  relu,
  Sequential,
  SGD,
  sqrt,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { integers, leaf, normal, positive } from '../values.js';

/** Operations of two leaves; every gradient reads at least one of them. */
const pairs: Record<string, { shapes: [number[], number[]]; fn: (x: Tensor, w: Tensor) => Tensor }> = {
  mul: { shapes: [[3], [3]], fn: mul },
  'mul, broadcast': { shapes: [[2, 3], [3]], fn: mul },
  div: { shapes: [[3], [3]], fn: div },
  matmul: {
    shapes: [
      [2, 3],
      [3, 2],
    ],
    fn: matmul,
  },
  conv2d: {
    shapes: [
      [1, 2, 4, 4],
      [3, 2, 3, 3],
    ],
    fn: conv2d,
  },
  'conv2d, covering': {
    shapes: [
      [1, 2, 3, 3],
      [3, 2, 3, 3],
    ],
    fn: conv2d,
  },
  convTranspose2d: {
    shapes: [
      [1, 2, 2, 2],
      [2, 3, 2, 2],
    ],
    fn: convTranspose2d,
  },
  batchNorm: { shapes: [[4, 2, 3], [2]], fn: (x, weight) => batchNorm(x, { weight, training: true }) },
  layerNorm: { shapes: [[4, 3], [3]], fn: (x, weight) => layerNorm(x, 3, { weight }) },
  groupNorm: { shapes: [[2, 4, 3], [4]], fn: (x, weight) => groupNorm(x, 2, { weight }) },
  instanceNorm: { shapes: [[2, 2, 4], [2]], fn: (x, weight) => instanceNorm(x, { weight }) },
  concat: {
    shapes: [
      [2, 3],
      [1, 3],
    ],
    fn: (x, w) => mul(concat([x, w]), concat([x, w])),
  },
  crossEntropy: { shapes: [[3, 2], [2]], fn: (x, w) => crossEntropy(mul(x, w), [0, 1, 1]) },
  'unary and reductions': {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    fn: (x, w) => sum(sqrt(exp(relu(mul(log(mul(x, x)), w))))).add(logSumExp(mul(x, w), 1)),
  },
  pooling: {
    shapes: [
      [1, 1, 4, 4],
      [1, 1, 4, 4],
    ],
    fn: (x, w) => maxPool2d(mul(x, w), 2).add(avgPool2d(mul(w, w), 2)),
  },
  gather: {
    shapes: [
      [3, 2],
      [3, 2],
    ],
    fn: (x, w) => gather(mul(x, w), 1, [[1], [0], [1]]),
  },
};

/** Gradients of both leaves, `between` having been called after the forward. */
async function gradients(
  name: string,
  device: Device,
  between: (x: Tensor, w: Tensor) => void,
): Promise<number[][]> {
  const { shapes, fn } = pairs[name];
  const [x, w] = shapes.map((shape, i) => leaf(positive(shape, `${name} ${i}`), shape, device));
  const loss = sum(fn(x, w));
  between(x, w);
  loss.backward();
  return Promise.all([x, w].map(async ({ grad }) => [...(await grad!.data())]));
}

for (const name of Object.keys(pairs)) {
  everyDevice(
    `${name}: leaves that are stepped between forward and backward do not change the gradient`,
    async (t, device) => {
      const expected = await gradients(name, device, () => {});
      const stepped = await gradients(name, device, (x, w) => {
        const optimizer = new SGD([x, w], { lr: 0.5 });
        for (const leaf of [x, w])
          leaf.grad = tensor(normal(leaf.shape, 'step'), { shape: leaf.shape, device });
        optimizer.step();
        optimizer.zeroGrad();
      });
      t.same(stepped, expected);
      const disposed = await gradients(name, device, (x) => x.dispose());
      t.same(disposed, expected, 'nor does one that is disposed of');
    },
  );
}

t.test('the example: a convolution whose weight is stepped before backward', async (t) => {
  const x = tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2], requiresGrad: true });
  const w = tensor([2], { shape: [1, 1, 1, 1], requiresGrad: true });
  const y = conv2d(x, w).sum();
  conv2d(x.detach(), w).sum().backward();
  new SGD([w], { lr: 0.25 }).step();
  y.backward();
  t.same([...(await x.grad!.data())], [2, 2, 2, 2]);
});

everyDevice('parameters that are loaded between forward and backward do not change it', async (t, device) => {
  const network = (norm: (features: number) => Module) =>
    new Sequential(
      new Conv2d(1, 4, 3, { padding: 1, random: createRandom('conv'), device }),
      norm(4),
      new Flatten(),
      new Linear(4 * 9, 3, { random: createRandom('linear'), device }),
    );
  for (const norm of [
    (features: number) => new BatchNorm2d(features, { device }),
    (features: number) => new MixtureNorm2d(features, { random: createRandom('mixture'), device }),
  ]) {
    const loss = (net: Sequential) => {
      const x = tensor(normal([6, 1, 3, 3], 'x'), { shape: [6, 1, 3, 3], device });
      return crossEntropy(net.forward(x), integers(3, 6, 'labels'));
    };
    const [plain, loaded] = [network(norm), network(norm)];
    const other = await network(norm).stateDict();
    for (const [key, entry] of Object.entries(other)) {
      if (!key.endsWith('random_state')) entry.data = entry.data.map((v) => v + 1) as typeof entry.data;
    }
    loss(plain).backward();
    const late = loss(loaded);
    loaded.loadStateDict(other);
    late.backward();
    for (const [i, parameter] of plain.parameters().entries()) {
      t.same(await loaded.parameters()[i].grad!.data(), await parameter.grad!.data());
    }
  }
});

t.test('second gradients see the values of the forward as well', async (t) => {
  const device = await openDevice('reference');
  const second = async (step: boolean) => {
    const [x, w] = [leaf([2], [1], device), leaf([3], [1], device)];
    const y = mul(mul(x, x), w);
    if (step) {
      w.grad = tensor([1], { device });
      new SGD([w], { lr: 1 }).step();
      w.grad = null;
    }
    y.backward({ createGraph: true });
    const g = x.grad!;
    x.grad = null;
    g.backward();
    return Promise.all([x.grad!, w.grad!].map((grad) => grad.item()));
  };
  t.same(await second(true), await second(false));
});

/** One training step of a small network; the loss and the logits stay readable after it. */
function trainer(seed: string, device: Device) {
  const random = createRandom(seed);
  const network = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1, random, device }),
    new MixtureNorm2d(4, { random, device }),
    new Flatten(),
    new Linear(4 * 16, 3, { random, device }),
  );
  const optimizer = new SGD(network.parameters(), { lr: 0.1, momentum: 0.9 });
  let step = 0;
  return () => {
    const name = `${seed} ${step++}`;
    const x = tensor(normal([8, 1, 4, 4], name), { shape: [8, 1, 4, 4], device });
    optimizer.zeroGrad();
    const logits = network.forward(x);
    const loss = crossEntropy(logits, integers(3, 8, name));
    loss.backward();
    optimizer.step();
    return { loss, logits };
  };
}

everyDevice('two training loops in one process do not meet', async (t, device) => {
  const alone = async (seed: string) => {
    const step = trainer(seed, device);
    const found: number[] = [];
    for (let i = 0; i < 4; i++) found.push(await step().loss.item());
    return found;
  };
  const expected = [await alone('one'), await alone('two')];
  const steps = [trainer('one', device), trainer('two', device)];
  const found: number[][] = [[], []];
  const loop = async (i: number) => {
    for (let turn = 0; turn < 4; turn++) {
      const { loss, logits } = steps[i]();
      // The other loop records here.
      await new Promise((resolve) => setTimeout(resolve, turn % 2));
      found[i].push(await loss.item());
      t.equal((await logits.data()).length, 24);
    }
  };
  await Promise.all([loop(0), loop(1)]);
  t.same(found, expected);
});

everyDevice("a loop's memory does not grow, and its outputs go when its leaves return", async (t, device) => {
  manualSeed(1);
  const step = trainer('memory', device);
  let last = step();
  for (let i = 0; i < 5; i++) {
    const { logits } = last;
    last = step();
    t.equal(logits.isReleased, true, 'the step before is gone');
    t.equal(last.logits.isReleased, false, 'this one is there');
    await last.loss.item();
  }
  // The most that is there: what nobody uses leaves a turn later.
  const most = async (steps: number) => {
    let live = 0;
    for (let i = 0; i < steps; i++) {
      await step().loss.item();
      live = Math.max(live, device.memory().live);
    }
    return live;
  };
  const steps = device.sync ? 30 : 10;
  await most(steps);
  const [before, after] = [await most(steps), await most(steps)];
  // Where copies take their time, what leaves is there a little longer, or shorter.
  t.ok(after <= (device.sync ? 1 : 1.5) * before, `${before} bytes at most before, ${after} after`);
});

everyDevice('graphs whose leaves never return leave the device all the same', async (t, device) => {
  const turn = async () => {
    const x = leaf([1, 2], [2], device);
    const y = mul(x, x);
    sum(y).backward();
    x.grad!.dispose();
    x.dispose();
    return y;
  };
  const first = await turn();
  const most = async (turns: number) => {
    let buffers = 0;
    for (let i = 0; i < turns; i++) {
      await turn();
      buffers = Math.max(buffers, device.memory().buffers);
    }
    return buffers;
  };
  const turns = device.sync ? 500 : 20;
  await most(turns);
  const [before, after] = [await most(turns), await most(turns)];
  if (device.sync) t.ok(after <= before, `${before} buffers at most, then ${after}`);
  t.same([...(await first.data())], [1, 4], 'what left is still readable');
});

everyDevice(
  'a running statistic that moves between forward and backward changes no gradient',
  async (t, device) => {
    const grad = async (move: boolean) => {
      const x = leaf(normal([4, 2], 'x'), [4, 2], device);
      const [runningMean, runningVar] = [zeros([2], { device }).keep(), tensor([1, 2], { device }).keep()];
      const loss = sum(mul(batchNorm(x, { runningMean, runningVar }), x));
      if (move) batchNorm(x.detach(), { runningMean, runningVar, training: true });
      loss.backward();
      return [...(await x.grad!.data())];
    };
    t.same(await grad(true), await grad(false));
  },
);
