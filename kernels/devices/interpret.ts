// Runs a kernel body by ordinary nested loops: the specification that every device is held against.
import { describe, OptionError } from '../errors.js';
import type { AnyKernel, Plan } from '../spec.js';
import { threadsOf } from '../spec.js';
import type { Floats } from './device.js';

/** Writes body(thread, inputs) into out for every thread, x fastest. */
export function interpret(
  { name, body }: AnyKernel,
  plan: Plan,
  inputs: readonly Floats[],
  out: Floats,
): void {
  const [nx, ny, nz] = threadsOf(plan);
  const thread = { x: 0, y: 0, z: 0 };
  const self = { thread, constants: { ...plan.ints, ...plan.reals } };
  const args = [...inputs, ...(plan.scalars ?? [])] as never[];
  let at = 0;
  for (let z = 0; z < nz; z++) {
    thread.z = z;
    for (let y = 0; y < ny; y++) {
      thread.y = y;
      for (let x = 0; x < nx; x++) {
        thread.x = x;
        const value = body.apply(self, args);
        if (typeof value !== 'number') throw noNumber(name, value);
        out[at++] = value;
      }
    }
  }
}

function noNumber(name: string, value: unknown): OptionError {
  return new OptionError(`${name}: its body returned ${describe(value)}, expected a number`);
}
