// Optimizers: their formulas written out, parameters without a gradient, rejected options.
import t, { type Test } from 'tap';
import { AdamW, OptionError, SGD, type Tensor, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

const W = [1, -2, 3];
const G = [0.5, 0.25, -1];

/** A parameter after `steps` steps with the same gradient. */
async function train(make: (w: Tensor) => SGD | AdamW, device: Parameters<typeof tensor>[1], steps: number) {
  const w = tensor(W, { ...device, requiresGrad: true });
  const optimizer = make(w);
  for (let i = 0; i < steps; i++) {
    w.grad = tensor(G, device);
    optimizer.step();
    optimizer.zeroGrad();
  }
  return Array.from(await w.data());
}

function sgd(
  steps: number,
  lr: number,
  momentum: number,
  dampening: number,
  decay: number,
  nesterov: boolean,
) {
  return W.map((start, i) => {
    let [w, v] = [start, 0];
    for (let step = 0; step < steps; step++) {
      const d = G[i] + decay * w;
      v = step === 0 ? d : momentum * v + (1 - dampening) * d;
      w -= lr * (nesterov ? d + momentum * v : v);
    }
    return w;
  });
}

function adamW(steps: number, lr: number, decay: number) {
  return W.map((start, i) => {
    let [w, m, v] = [start, 0, 0];
    for (let step = 1; step <= steps; step++) {
      m = 0.9 * m + 0.1 * G[i];
      v = 0.999 * v + 0.001 * G[i] * G[i];
      w = w * (1 - lr * decay) - (lr * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
    }
    return w;
  });
}

function close(t: Test, got: number[], expected: number[], tolerance: number) {
  const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  t.ok(worst <= tolerance, `${got} is off by ${worst} from ${expected}`);
}

everyDevice('SGD follows its formula with momentum, dampening, decay and nesterov', async (t, device) => {
  const tolerance = device.dtype === 'float64' ? 1e-12 : 1e-6;
  const settings = [
    { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false },
    { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0.1, nesterov: false },
    { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.1, nesterov: false },
    { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0.1, nesterov: true },
  ];
  for (const s of settings) {
    const got = await train((w) => new SGD([w], s), { device }, 4);
    close(t, got, sgd(4, s.lr, s.momentum, s.dampening, s.weightDecay, s.nesterov), tolerance);
  }
});

everyDevice('AdamW follows its formula', async (t, device) => {
  const tolerance = device.dtype === 'float64' ? 1e-12 : 1e-5;
  const got = await train((w) => new AdamW([w], { lr: 0.1, weightDecay: 0.2 }), { device }, 4);
  close(t, got, adamW(4, 0.1, 0.2), tolerance);
});

t.test('a parameter without a gradient stays, and zeroGrad releases the gradients', async (t) => {
  const [moved, still] = [W, W].map((w) => tensor(w, { requiresGrad: true }));
  const optimizer = new SGD([moved, still], { lr: 1 });
  moved.mul(tensor(G)).sum().backward();
  const gradient = moved.grad!;
  optimizer.step();
  optimizer.zeroGrad();
  t.same(Array.from(await still.data()), W);
  t.same(Array.from(await moved.data()), [0.5, -2.25, 4]);
  t.equal(moved.grad, null);
  t.ok(gradient.isReleased);
});

t.test('optimizers name the option that is out of range', async (t) => {
  const w = tensor(W, { requiresGrad: true });
  const other = tensor(W, { requiresGrad: true });
  const cases: [() => unknown, string][] = [
    [() => new SGD([], { lr: 1 }), 'SGD: no parameters to optimize'],
    [
      () => new SGD(w as never, { lr: 1 }),
      'SGD: params is a Tensor, expected an array of tensors or of groups',
    ],
    [() => new SGD([w, 5 as never], { lr: 1 }), 'SGD: parameter 1 is 5, expected a tensor'],
    [() => new SGD([w.mul(2)], { lr: 1 }), 'SGD: parameter 0 is the output of an operation'],
    [() => new SGD([other, w, other], { lr: 1 }), 'SGD: parameter 2 is parameter 0 again'],
    [
      () => new SGD([w], 0.1 as never),
      'SGD: its options are 0.1, expected an object such as { name: value }',
    ],
    [
      () => new SGD([w], { learningRate: 1 } as never),
      "SGD: no option 'learningRate'; it has lr, momentum, dampening, weightDecay, nesterov",
    ],
    [() => new SGD([w], { nesterov: 1 as never }), 'SGD: nesterov is 1, expected true or false'],
    [() => new AdamW([w], { betas: 0.9 as never }), 'AdamW: betas is 0.9, expected a pair of numbers'],
    [() => new SGD([w, tensor(W)], { lr: 1 }), 'SGD: parameter 1 does not require a gradient'],
    [() => new SGD([w], { lr: -1 }), 'SGD: lr is -1, expected a number of at least 0'],
    [
      () => new SGD([w], { lr: 1, nesterov: true }),
      'SGD: nesterov needs a momentum above 0 and a dampening of 0',
    ],
    [
      () => new AdamW([w], { betas: [0.9, 1] }),
      'AdamW: betas[1] is 1, expected a number of at least 0 and below 1',
    ],
  ];
  for (const [make, message] of cases) t.throws(make, new OptionError(message));
});
