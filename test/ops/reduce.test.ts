// Reductions over axes, and positions along one.
import t from 'tap';
import { argMax, gather, logSumExp, max, sum, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

everyDevice('argMax gives the first position among equals', async (t, device) => {
  const x = tensor(
    [
      [1, 3, 3],
      [2, 2, 0],
      [-1, -1, -1],
    ],
    { device },
  );
  t.same([...(await argMax(x, 1).data())], [1, 0, 0]);
  t.same([...(await argMax(x, 0).data())], [1, 0, 0]);
});

everyDevice('among equals, the gradient of max goes to the first', async (t, device) => {
  const x = leaf([1, 3, 3, 2, 2, 0], [2, 3], device);
  sum(max(x, 1)).backward();
  t.same([...(await x.grad!.data())], [0, 1, 0, 1, 0, 0]);
});

everyDevice('logSumExp of values near 1000 does not overflow', async (t, device) => {
  const y = await logSumExp(
    tensor(
      [
        [1000, 1000],
        [-1000, -1000],
      ],
      { device },
    ),
    1,
  ).data();
  t.ok(Math.abs(y[0] - (1000 + Math.LN2)) < 1e-3, `${y[0]}`);
  t.ok(Math.abs(y[1] - (-1000 + Math.LN2)) < 1e-3, `${y[1]}`);
});

everyDevice('the gradient of an entry that is gathered twice arrives twice', async (t, device) => {
  const x = leaf([1, 2, 3, 4, 5, 6], [2, 3], device);
  const y = gather(x, 1, [
    [2, 0, 2],
    [1, 1, 1],
  ]);
  t.same([...(await y.data())], [3, 1, 3, 5, 5, 5]);
  sum(y).backward();
  t.same([...(await x.grad!.data())], [1, 0, 2, 0, 3, 0]);
});

t.test('the result of argMax requires no gradient', async (t) => {
  const x = leaf(normal([2, 3], 0), [2, 3]);
  t.equal(argMax(x, 1).requiresGrad, false);
});
