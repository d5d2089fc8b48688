// Checks a kernel's result against its body, computed in float64 for some of its outputs.
import { threadsOf } from '../../kernels/spec.js';
import type { Kernel, Plan } from './wrapped.js';

const SAMPLES = 40;

type Floats = Float32Array | Float64Array;

/** The worst difference among the samples, relative to the largest of them. */
export function worstError({ body }: Kernel, plan: Plan, inputs: readonly Floats[], actual: Floats): number {
  const [nx, ny] = threadsOf(plan);
  const constants = { ...plan.ints, ...plan.reals };
  const args = [...inputs, ...(plan.scalars ?? [])] as never[];
  let [worst, largest] = [0, Number.MIN_VALUE];
  for (let i = 0; i < Math.min(SAMPLES, actual.length); i++) {
    const at = actual.length <= SAMPLES ? i : Math.floor(((i + 0.618) * actual.length) / SAMPLES);
    const thread = { x: at % nx, y: Math.floor(at / nx) % ny, z: Math.floor(at / (nx * ny)) };
    const expected = body.apply({ thread, constants }, args);
    worst = Math.max(worst, Math.abs(actual[at] - expected));
    largest = Math.max(largest, Math.abs(expected));
    if (!Number.isFinite(actual[at])) return Number.POSITIVE_INFINITY;
  }
  return worst / largest;
}
