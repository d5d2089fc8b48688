// Training loops hold a flat amount of device memory, without dispose, tidy or any other care.
import {
  add,
  crossEntropy,
  type Device,
  type DeviceMemory,
  MixtureNorm1d,
  matmul,
  mean,
  mul,
  noGrad,
  relu,
  SGD,
  sub,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { integers, leaf, normal } from '../values.js';

const EARLY = 100;

/** Steps on WebGPU, whose first half is compared with its second. */
const ON_WEBGPU = 60;

/** Fewer steps on devices that take longer. */
function stepsOn(device: Device, most: number): number {
  if (device.name === 'gpujs-webgpu') return Math.min(most, ON_WEBGPU);
  return device.name.startsWith('gpujs') ? Math.min(most, 1000) : most;
}

/**
 * Runs the steps and returns the memory in use after EARLY of them and after all. On an asynchronous device, results that nobody
 * uses leave a turn later, when they have arrived: there it is the most that was in use in either half.
 */
async function watch(device: Device, most: number, step: (i: number) => void | Promise<void>) {
  const steps = stepsOn(device, most);
  const nothing = { live: 0, pooled: 0, buffers: 0 };
  let [early, late] = [nothing, nothing];
  for (let i = 1; i <= steps; i++) {
    await step(i);
    if (!device.sync) await tensor([i], { device }).mul(1).data();
    const now = device.memory();
    if (device.sync) {
      if (i === EARLY) early = now;
      late = now;
    } else if (i <= steps / 2) early = largest(early, now);
    else late = largest(late, now);
  }
  return { early, late, steps };
}

function largest(a: DeviceMemory, b: DeviceMemory): DeviceMemory {
  const most = (key: keyof DeviceMemory) => Math.max(a[key], b[key]);
  return { live: most('live'), pooled: most('pooled'), buffers: most('buffers') };
}

const data = (shape: number[], seed: number, device: Device) =>
  tensor(normal(shape, seed), { shape, device });

everyDevice('small train steps, each on new data, hold the same memory early and late', async (t, device) => {
  const w = leaf(normal([4, 3], 'w'), [4, 3], device);
  const b = leaf(normal([3], 'b'), [3], device);
  const optimizer = new SGD([w, b], { lr: 0.01, momentum: 0.9 });
  const { early, late, steps } = await watch(device, 1000, (i) => {
    const loss = crossEntropy(add(matmul(data([2, 4], i, device), w), b), integers(3, 2, i));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  });
  t.ok(late.live <= early.live, `${steps} steps`);
  t.ok(late.buffers <= early.buffers);
  t.ok((await w.data()).every(Number.isFinite));
});

everyDevice('two losses that share a detached result, as in a GAN, hold flat memory', async (t, device) => {
  const generator = leaf(normal([2, 3], 'g'), [2, 3], device);
  const critic = leaf(normal([3, 1], 'd'), [3, 1], device);
  const [moveGenerator, moveCritic] = [new SGD([generator], { lr: 1e-3 }), new SGD([critic], { lr: 1e-3 })];
  const { early, late, steps } = await watch(device, 1000, (i) => {
    const fake = relu(matmul(data([2, 2], i, device), generator));
    const gap = sub(mean(matmul(fake.detach(), critic)), mean(matmul(data([2, 3], -i, device), critic)));
    moveCritic.zeroGrad();
    gap.backward();
    moveCritic.step();
    moveGenerator.zeroGrad();
    mul(mean(matmul(fake, critic)), -1).backward();
    moveGenerator.step();
  });
  t.ok(late.live <= early.live, `${steps} steps`);
  t.ok(late.buffers <= early.buffers);
});

everyDevice('evaluation in noGrad holds flat memory', async (t, device) => {
  const w = leaf(normal([4, 3], 'w'), [4, 3], device);
  const { early, late } = await watch(device, 1000, async (i) => {
    const loss = noGrad(() => mean(relu(matmul(data([2, 4], i, device), w))));
    if (i % EARLY === 0) await loss.item();
  });
  t.ok(late.live <= early.live);
  t.ok(late.buffers <= early.buffers);
});

everyDevice('a running loss kept on the device holds flat memory', async (t, device) => {
  const w = leaf(normal([4, 1], 'w'), [4, 1], device);
  const optimizer = new SGD([w], { lr: 1e-3 });
  let total: Tensor = tensor([0], { device });
  const { early, late, steps } = await watch(device, 1000, (i) => {
    const loss = mean(matmul(data([2, 4], i, device), w));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    total = noGrad(() => add(total, loss));
  });
  t.ok(late.live <= early.live, `${steps} steps`);
  t.ok(Number.isFinite((await total.data())[0]));
});

everyDevice(
  'a loop that keeps the values of each step, detached, leaves them off the device',
  async (t, device) => {
    const w = leaf(normal([1000], 1), [1000], device);
    const optimizer = new SGD([w], { lr: 0.01 });
    const seen: Tensor[] = [];
    const { early, late } = await watch(device, 200, () => {
      w.grad = null;
      seen.push(w.detach());
      mean(mul(w, w)).backward();
      optimizer.step();
    });
    if (device.sync) t.ok(late.live <= early.live);
    t.equal(seen[0].isReleased, false);
  },
);

for (const gradient of ['detached', 'posterior', 'unrolled'] as const) {
  everyDevice(
    `mixture normalization, ${gradient}, holds the same memory early and late`,
    async (t, device) => {
      const layer = new MixtureNorm1d(3, { components: 6, minWeight: 0.1, gradient, device, log() {} });
      const optimizer = new SGD(layer.parameters(), { lr: 0.01 });
      const { early, late } = await watch(device, 150, (i) => {
        optimizer.zeroGrad();
        mean(layer.train().forward(data([8, 3], i, device))).backward();
        optimizer.step();
        // A re-seeded mixture returns to the device when it is used.
        noGrad(() => layer.eval().forward(data([8, 3], i, device)));
      });
      if (device.sync) t.ok(late.live <= early.live);
      else t.ok(late.live < 2 * early.live);
    },
  );
}
