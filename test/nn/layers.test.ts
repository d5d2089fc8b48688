// Layers: what they compute, how they start, what they reject.
import t from 'tap';
import { Conv2d, createRandom, Linear, ShapeError, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

everyDevice('Linear is x·Wᵀ + b', async (t, device) => {
  const layer = new Linear(3, 2, { random: createRandom(0), device });
  layer.loadStateDict({
    weight: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    bias: { shape: [2], data: Float32Array.of(0.5, -0.5) },
  });
  const y = layer.forward(tensor([[1, 0, -1]], { device }));
  t.same([...(await y.data())], [-1.5, -2.5]);
});

t.test("weights and biases start uniform within PyTorch's bound 1/√fanIn", async (t) => {
  const random = createRandom('start');
  const conv = new Conv2d(8, 16, 5, { groups: 2, random });
  const linear = new Linear(100, 50, { random });
  for (const [layer, fanIn] of [
    [conv, 4 * 25],
    [linear, 100],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn);
    const values = Array.from(await layer.weight.data());
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    t.ok(largest <= bound && largest > 0.99 * bound, `largest ${largest} of ${bound}`);
    t.ok(Math.abs(variance / (bound * bound) - 1 / 3) < 0.03, `variance ${variance}`);
  }
});

t.test('the same seed gives the same weights, another seed others', async (t) => {
  const weights = async (seed: number) =>
    (await new Linear(4, 4, { random: createRandom(seed) }).weight.data()).join();
  t.equal(await weights(1), await weights(1));
  t.not(await weights(1), await weights(2));
});

t.test('layers say which input they expect', async (t) => {
  const linear = new Linear(3, 2, { random: createRandom(0) });
  t.throws(
    () => linear.forward(tensor([[1, 2]])),
    new ShapeError('Linear: x has shape [1, 2], expected a last axis of 3'),
  );
});
