// A pixel far larger than all others: directly it changes nothing outside its windows; by tiles what it rounds to reaches the
// whole tile. `node dist/test/kernels/outliers.test.js` prints how much.
import t from 'tap';
import { numel, type Shape } from '../../kernels/spec.js';
import { kernels, openDevice } from '../../lib/index.js';
import { normal } from '../values.js';
import { compute } from './agree.js';
import { unit } from './shapes.js';

interface Layer {
  x: Shape;
  w: Shape;
  pad: number;
  /** Row and column of the outlier. */
  pixel: number;
}

const layers: Record<string, Layer> = {
  'conv2, 5×5, 64 channels at 16×16': { x: [2, 64, 16, 16], w: [8, 64, 5, 5], pad: 2, pixel: 7 },
  'conv4, 3×3, 128 channels at 4×4': { x: [8, 128, 4, 4], w: [8, 128, 3, 3], pad: 1, pixel: 0 },
};

/** Largest change of an output that does not see the outlier. */
function spread({ x, w, pad, pixel }: Layer, got: ArrayLike<number>, without: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const [column, row] = [i % x[3], Math.floor(i / x[3]) % x[2]];
    const sees = Math.abs(row - pixel) <= pad && Math.abs(column - pixel) <= pad;
    const first = i < w[0] * x[2] * x[3];
    if (!(first && sees)) worst = Math.max(worst, Math.abs(got[i] - without[i]));
  }
  return worst;
}

for (const [title, layer] of Object.entries(layers)) {
  t.test(title, async (t) => {
    const { x, w, pad, pixel } = layer;
    const plan = kernels.conv2d.plan([x, w], { ...unit, padH: pad, padW: pad });
    const filters = normal(w, 'w').map((value) => value / Math.sqrt(w[1] * w[2] * w[3]));
    const images = normal(x, 'x');
    for (const convolution of ['direct', 'winograd'] as const) {
      const device = await openDevice('wasm', { threads: 1, convolution });
      const call = (inputs: Float64Array[]) => compute(device, { kernel: kernels.conv2d, inputs, plan });
      const without = await call([images, filters]);
      for (const outlier of [1e2, 1e4, 1e6]) {
        const changed = images.slice();
        changed[x[2] * x[3] + pixel * x[3] + pixel] = outlier;
        const worst = spread(layer, await call([changed, filters]), without);
        t.comment(`  ${convolution}, a pixel of ${outlier}: up to ${worst.toExponential(1)} beside it`);
        t.ok(worst <= (convolution === 'direct' ? 0 : 2e-7 * outlier), `${convolution}, ${outlier}`);
      }
      device.close();
    }
    t.equal(numel(x), images.length);
  });
}
