// Matrix products.
import t from 'tap';
import { DeviceError, matmul, openDevice, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

everyDevice('matmul multiplies rows by columns', async (t, device) => {
  const a = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { device },
  );
  const b = tensor(
    [
      [1, 0],
      [0, 1],
      [2, -1],
    ],
    { device },
  );
  const y = matmul(a, b);
  t.same(y.shape, [2, 2]);
  t.same([...(await y.data())], [7, -1, 16, -1]);
});

t.test('factors on two devices are refused with both names', async (t) => {
  const a = tensor([[1]], { device: await openDevice('reference') });
  const b = tensor([[1]], { device: await openDevice('gpujs-cpu') });
  t.throws(
    () => matmul(a, b),
    new DeviceError('matmul: tensors on reference and gpujs-cpu, expected one device'),
  );
});

t.test('two devices of one name are told apart', async (t) => {
  const [first, second] = [await openDevice('gpujs-cpu'), await openDevice('gpujs-cpu')];
  t.teardown(() => second.close());
  const a = tensor([[1]], { device: first });
  const b = tensor([[1]], { device: second });
  const refused = (which: string) => new DeviceError(`matmul: tensors on ${which}, expected one device`);
  t.throws(() => matmul(a, b), refused('two devices gpujs-cpu'));
  first.close();
  t.throws(() => matmul(a, b), refused('the closed gpujs-cpu and gpujs-cpu'));
});
