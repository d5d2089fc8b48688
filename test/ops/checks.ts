// The two checks that every operation has: gradients against central differences, and every device against the
// reference. Cases are named by what is special about them.
import t from 'tap';
import { type Device, gradcheck, mul, openDevice, sum, type Tensor, tensor } from '../../lib/index.js';
import { type Shape, sameShape } from '../../lib/shape.js';
import { worstDifference } from '../compare.js';
import { everyOtherDevice } from '../devices.js';
import { tolerances } from '../golden/tolerances.js';
import type { TestedDevice } from '../open.js';
import { normal, positive } from '../values.js';

/** A shape to fill with normal draws, or what `above0` or `fixed` made. */
export type Input = Shape | { shape: Shape; values: (seed: string) => Float64Array };

/** Draws from [0.5, 2), for logarithms, roots and divisors. */
export const above0 = (shape: Shape): Input => ({ shape, values: (seed) => positive(shape, seed) });

export interface OpCase {
  inputs: Input[];
  fn: (...inputs: Tensor[]) => Tensor;
}

export type OpCases = Record<string, OpCase>;

const reference = await openDevice('reference');

/** The inputs of a case as leaves; every value is a float32, so that all devices start from the same numbers. */
function leaves(title: string, { inputs }: OpCase, device: Device): Tensor[] {
  return inputs.map((input, i) => {
    const { shape, values } =
      'shape' in input ? input : { shape: input, values: (s: string) => normal(input, s) };
    return tensor(values(`${title} ${i}`).map(Math.fround), { shape, device, requiresGrad: true });
  });
}

/** Registers a test for each case: analytic gradients equal central differences, in float64. */
export function checkGradient(op: string, cases: OpCases): void {
  for (const [title, entry] of Object.entries(cases)) {
    t.test(`${op}: the gradient agrees with central differences: ${title}`, async (t) => {
      const inputs = leaves(title, entry, reference);
      const found = gradcheck(entry.fn, inputs);
      t.equal(found.length, inputs.length);
      for (const { error } of found) t.ok(error <= 1e-6, `relative error ${error}`);
    });
  }
}

interface Numbers {
  shape: Shape;
  data: ArrayLike<number>;
}

/** Forward, then backward with a random cotangent, where the operation has a gradient. */
async function forwardBackward(
  title: string,
  entry: OpCase,
  device: Device,
): Promise<Record<string, Numbers>> {
  const inputs = leaves(title, entry, device);
  const out = entry.fn(...inputs);
  const found: Record<string, Numbers> = { forward: { shape: out.shape, data: await out.data() } };
  if (!out.requiresGrad) return found;
  const cotangent = tensor(normal(out.shape, `${title} g`).map(Math.fround), { shape: out.shape, device });
  sum(mul(out, cotangent)).backward();
  for (const [i, { grad }] of inputs.entries()) {
    if (grad) found[`gradient ${i}`] = { shape: grad.shape, data: await grad.data() };
  }
  return found;
}

/** Registers a test for each case and device: forward and backward equal the reference device's. */
export function checkParity(op: string, cases: OpCases): void {
  for (const [title, entry] of Object.entries(cases)) {
    everyOtherDevice(`${op} agrees with the reference, forward and backward: ${title}`, async (t, device) => {
      const expected = await forwardBackward(title, entry, reference);
      const got = await forwardBackward(title, entry, device);
      const { forward, gradient } = tolerances[device.name as TestedDevice];
      t.same(Object.keys(got), Object.keys(expected));
      for (const [key, { shape, data }] of Object.entries(expected)) {
        t.ok(sameShape(got[key].shape, shape), `${key} has shape [${shape}]`);
        const worst = worstDifference(got[key].data, data, shape);
        const bound = key === 'forward' ? forward : gradient;
        t.ok(worst.error <= bound, `${key} differs by at most ${bound}`, { worst });
      }
    });
  }
}
