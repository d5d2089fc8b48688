// Layers that bring images to another size.
import t from 'tap';
import { AdaptiveAvgPool2d, Sequential, tensor, Upsample } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

everyDevice('AdaptiveAvgPool2d has the mean of each cell, Upsample repeats each pixel', async (t, device) => {
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [1, 1, 3, 3], device });
  t.same([...(await new AdaptiveAvgPool2d(2).forward(x).data())], [3, 4, 6, 7]);
  t.same([...(await new AdaptiveAvgPool2d([1, 3]).forward(x).data())], [4, 5, 6]);
  const small = tensor([1, 2], { shape: [1, 1, 1, 2], device });
  t.same(
    [...(await new Upsample({ scaleFactor: [2, 3] }).forward(small).data())],
    [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2],
  );
  const layer = new Upsample({ size: [1, 4] });
  t.same([...(await layer.forward(small).data())], [1, 1, 2, 2]);
  t.equal(String(layer), 'Upsample(size=[1, 4])');
});

t.test('Upsample is undone by the pooling of its size, which passes the gradient back whole', async (t) => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i - 7);
  const x = tensor(values, { shape: [1, 2, 3, 4], requiresGrad: true });
  const y = new Sequential(new Upsample({ scaleFactor: 4 }), new AdaptiveAvgPool2d([3, 4])).forward(x);
  t.same([...(await y.data())], [...values]);
  y.sum().backward();
  t.same([...(await x.grad!.data())], new Array(24).fill(1));
});
