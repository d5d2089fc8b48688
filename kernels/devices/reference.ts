// The reference device: every kernel body as nested loops in float64, plain enough to step through.
import { numel } from '../spec.js';
import { arrayDevice } from './arrays.js';
import type { Device } from './device.js';
import { interpret } from './interpret.js';

let opened: Device | undefined;

/** The reference device, one for the process. */
export function openReference(): Device {
  opened ??= arrayDevice({
    name: 'reference',
    dtype: 'float64',
    copy: (values) => Float64Array.from(values),
    compute(kernel, inputs, plan) {
      const out = new Float64Array(numel(plan.shape));
      interpret(kernel, plan, inputs, out);
      return out;
    },
  });
  return opened;
}
