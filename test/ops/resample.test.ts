// Images of another size: what is special about them.
import t from 'tap';
import { adaptiveAvgPool2d, DeviceError, openDevice, upsample, zeros } from '../../lib/index.js';

t.test('sizes whose quotients float32 does not tell apart are refused, and done in float64', async (t) => {
  const large = [1, 1, 1, 2000];
  const message =
    'resample2d: there are 32016000 positions, expected at most 2^24 = 16777216 on wasm, whose numbers are float32';
  t.throws(() => upsample(zeros(large), { size: [1, 2001] }), new DeviceError(message));
  t.throws(() => adaptiveAvgPool2d(zeros(large), [1, 2001]), new DeviceError(message));
  const reference = await openDevice('reference');
  t.same(upsample(zeros(large, { device: reference }), { size: [1, 2001] }).shape, [1, 1, 1, 2001]);
});

t.test('multiples of any size are taken', async (t) => {
  const x = zeros([1, 1, 2, 4096]);
  t.same(upsample(x, { scaleFactor: 3 }).shape, [1, 1, 6, 12288]);
  t.same(adaptiveAvgPool2d(x, [1, 1024]).shape, [1, 1, 1, 1024]);
});
