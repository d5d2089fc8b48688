// Every operator gives on every device what it gives on the reference device, forward and backward.
import { type Device, mul, openDevice, sum, tensor } from '../../lib/index.js';
import { type Shape, sameShape } from '../../lib/shape.js';
import { worstDifference } from '../compare.js';
import { everyOtherDevice } from '../devices.js';
import { tolerances } from '../golden/tolerances.js';
import type { TestedDevice } from '../open.js';
import { normal } from '../values.js';
import { allCases, rows } from './cases.js';
import { leaves, type OpCase } from './row.js';

const reference = await openDevice('reference');

interface Values {
  shape: Shape;
  data: ArrayLike<number>;
}

/** Forward, then backward with a random cotangent, where the operator has a gradient. */
async function forwardBackward(
  title: string,
  entry: OpCase,
  device: Device,
): Promise<Record<string, Values>> {
  const inputs = leaves(title, entry, device);
  const out = entry.fn(...inputs);
  const found: Record<string, Values> = { forward: { shape: out.shape, data: await out.data() } };
  if (!out.requiresGrad) return found;
  const cotangent = tensor(normal(out.shape, `${title} g`).map(Math.fround), { shape: out.shape, device });
  sum(mul(out, cotangent)).backward();
  for (const [i, { grad }] of inputs.entries()) {
    if (grad) found[`gradient ${i}`] = { shape: grad.shape, data: await grad.data() };
  }
  return found;
}

for (const [op, row] of rows) {
  for (const [title, entry] of Object.entries(allCases(row))) {
    everyOtherDevice(`${op} agrees with the reference, forward and backward: ${title}`, async (t, device) => {
      const expected = await forwardBackward(title, entry, reference);
      const got = await forwardBackward(title, entry, device);
      const { forward, gradient } = tolerances[device.name as TestedDevice];
      t.same(Object.keys(got), Object.keys(expected));
      t.equal(Object.keys(got).length, row.gradient ? 1 : 1 + entry.inputs.length);
      for (const [key, { shape, data }] of Object.entries(expected)) {
        t.ok(sameShape(got[key].shape, shape), `${key} has shape [${shape}]`);
        const worst = worstDifference(got[key].data, data, shape);
        const bound = key === 'forward' ? forward : gradient;
        t.ok(worst.error <= bound, `${key} differs by at most ${bound}`, { worst });
      }
    });
  }
}
