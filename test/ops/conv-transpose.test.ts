// Transposed convolution.
import t from 'tap';
import { conv2d, convTranspose2d, tensor } from '../../lib/index.js';
import { normal } from '../values.js';

t.test('it is the transpose of conv2d: ⟨conv2d(x), y⟩ = ⟨x, convTranspose2d(y)⟩', async (t) => {
  const options = { stride: 2, padding: 1 };
  const x = tensor(normal([2, 3, 7, 5], 'x'), { shape: [2, 3, 7, 5] });
  const w = tensor(normal([4, 3, 3, 3], 'w'), { shape: [4, 3, 3, 3] });
  const y = tensor(normal([2, 4, 4, 3], 'y'), { shape: [2, 4, 4, 3] });
  const left = await conv2d(x, w, null, options).mul(y).sum().item();
  const right = await convTranspose2d(y, w, null, options).mul(x).sum().item();
  t.ok(Math.abs(left - right) < 1e-3, `${left} and ${right}`);
});
