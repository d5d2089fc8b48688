// Large numbers that differ little: means and variances are those of float64, as far as float32 holds the numbers.
import {
  batchNorm,
  type Device,
  emFit,
  full,
  ghostBatchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  mean,
  openDevice,
  sub,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice, everyOtherDevice } from '../devices.js';
import { normal } from '../values.js';

const reference = await openDevice('reference');
const sumsInFloat32 = ['gpujs-webasm', 'gpujs-webgpu'];
const SHAPE = [16, 2, 32, 32];
const constant = (device: Device) => full([64, 1, 32, 32], 12345.67, { device });

everyDevice('what is constant is standardized to 0', async (t, device) => {
  const norms: Record<string, (x: Tensor) => Tensor> = {
    batchNorm: (x) => batchNorm(x, { training: true }),
    instanceNorm: (x) => instanceNorm(x),
    groupNorm: (x) => groupNorm(x, 1),
    layerNorm: (x) => layerNorm(x, [32, 32]),
    ghostBatchNorm: (x) => ghostBatchNorm(x, 16, { training: true }),
  };
  for (const [name, norm] of Object.entries(norms)) {
    const y = await norm(constant(device)).data();
    t.ok(
      y.every((value) => value === 0),
      `${name}: ${y[0]}`,
    );
  }
  const [centred] = await sub(constant(device), mean(constant(device))).data();
  // where a kernel adds in float32, blocks of 256 and their sums round to some 1e-6
  const bound = sumsInFloat32.includes(device.name) ? 3e-6 : 1e-7;
  t.ok(Math.abs(centred) <= bound * 12345.67, `mean: ${centred} off, of ${bound} · 12345.67`);
});

/** 1e4 and draws of spread 1, as float32. */
const offset = (device: Device) =>
  tensor(
    normal(SHAPE, 'offset').map((value) => Math.fround(1e4 + value)),
    { shape: SHAPE, device },
  );

/** What a training batch leaves in running statistics that forget all before: the mean, and the unbiased variance. */
function statistics(x: Tensor): Record<string, Tensor> {
  const runningMean = full([2], 0, { device: x.device });
  const runningVar = full([2], 1, { device: x.device });
  const y = batchNorm(x, { training: true, momentum: 1, runningMean, runningVar });
  return { y, runningMean, runningVar };
}

/** A mixture of two about 1e4. */
function mixture(x: Tensor): Record<string, Tensor> {
  const make = (values: number[], shape: number[]) => tensor(values, { shape, device: x.device });
  const init = {
    weights: make([0.5, 0.5], [2]),
    means: make([9999, 9999, 10001, 10001], [2, 2]),
    variances: make([1, 1, 1, 1], [2, 2]),
  };
  const { weights, means, variances } = emFit(x, { init, iterations: 3 });
  return { weights, means, variances };
}

everyOtherDevice('means and variances about 1e4 are those of float64', async (t, device) => {
  for (const fn of [statistics, mixture]) {
    const expected = fn(offset(reference));
    for (const [name, got] of Object.entries(fn(offset(device)))) {
      const worst = worstDifference(await got.data(), await expected[name].data(), got.shape);
      // a mean is float32, at 1e4 with a rounding of up to 5e-4: so much is y off, and by as much posteriors
      const bound = name.startsWith('running') ? 2e-6 : 5e-4;
      t.ok(worst.error <= bound, `${name} differs by at most ${bound}`, { worst });
      t.comment(`${name}: ${worst.error}`);
    }
  }
});
