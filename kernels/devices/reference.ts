// The reference device: every kernel body as nested loops in float64, plain enough to step through.
import { numel } from '../spec.js';
import { arrayDevice } from './arrays.js';
import type { Device } from './device.js';
import { hostArray } from './host.js';
import { interpret } from './interpret.js';

let opened: Device | undefined;

/** The reference device, one for the process. */
export function openReference(): Device {
  opened ??= arrayDevice({
    name: 'reference',
    dtype: 'float64',
    compute(kernel, inputs, plan) {
      const out = hostArray(kernel.name, opened!, numel(plan.shape));
      interpret(kernel, plan, inputs, out);
      return out;
    },
  });
  return opened;
}
