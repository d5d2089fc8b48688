// run: a kernel on tensors, outside the tape. The compiler has checked the calls; checked-run.ts is what users are given.
import type { Device } from '../../kernels/devices/device.js';
import {
  type AnyKernel,
  type AttrsArgument,
  FLOAT32_POSITIONS,
  type Kernel,
  type Plan,
} from '../../kernels/spec.js';
import { DeviceError, OptionError, TapeError } from '../errors.js';
import { describe } from '../options.js';
import type { Shape } from '../shape.js';
import { residentsOf } from '../tensor/residents.js';
import { checkRoom } from '../tensor/room.js';
import { state } from '../tensor/state.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/** Runs a kernel: the result is a new tensor that requires no gradient. */
export function run<A>(kernel: Kernel<A>, inputs: readonly Tensor[], ...attrs: AttrsArgument<A>): Tensor {
  return execute(kernel, inputs, kernel.plan(shapesOf(inputs), attrs[0] as A));
}

export const shapesOf = (inputs: readonly Tensor[]): Shape[] => inputs.map(({ shape }) => shape);

/**
 * Runs a kernel by its plan.
 * @throws DeviceError on several devices, or where there are more positions than the device's numbers tell apart
 * @throws TapeError in a gradient rule that is being recorded
 */
export function execute<A>(kernel: Kernel<A>, inputs: readonly Tensor[], plan: Plan): Tensor {
  if (state.rule !== null && state.recording) {
    throw new TapeError(
      `${state.rule}: its gradient is the fused kernel ${kernel.name}, which cannot be differentiated again`,
    );
  }
  const device = commonDevice(kernel.name, inputs);
  const op = state.op ?? kernel.name;
  checkRoom(op, plan.shape, device);
  if (plan.positions !== undefined) checkPositions(kernel.name, plan.positions, device);
  const storages = inputs.map((t, i) => {
    if (t.isReleased) t.checkHeld(`${kernel.name}: input ${i}`);
    return t.storage;
  });
  const buffer = residentsOf(device).withRoom(op, () =>
    device.run(
      kernel as AnyKernel,
      storages.map((storage) => storage.resident()),
      plan,
    ),
  );
  const out = new Tensor(plan.shape, Storage.fromDevice(device, buffer));
  if (state.trace && state.op === null) state.trace(`kernel ${kernel.name}`, { inputs }, [out]);
  return out;
}

function checkPositions(kernel: string, positions: number, { name, dtype }: Device): void {
  if (dtype === 'float64' || positions <= FLOAT32_POSITIONS) return;
  throw new DeviceError(
    `${kernel}: there are ${positions} positions, expected at most 2^24 = ${FLOAT32_POSITIONS} on ${name}, ` +
      'whose numbers are float32',
  );
}

/** The same values under another shape, sharing the storage; outside the tape. */
export function view(x: Tensor, shape: Shape): Tensor {
  return new Tensor(shape, x.storage.retain());
}

/** Throws unless all tensors are on one device; returns it. */
export function commonDevice(op: string, tensors: readonly Tensor[]): Device {
  const { device } = tensors[0];
  const other = tensors.find((t) => t.device !== device);
  if (other) {
    const [one, another] = [device, other.device].map(({ name, isClosed }) =>
      isClosed ? `the closed ${name}` : name,
    );
    const which = one === another ? `two devices ${one}` : `${one} and ${another}`;
    throw new DeviceError(`${op}: tensors on ${which}, expected one device`);
  }
  return device;
}

/** Throws unless every value is a tensor. */
export function checkTensors(op: string, values: Readonly<Record<string, unknown>>): void {
  for (const name in values) {
    const value = values[name];
    if (!(value instanceof Tensor))
      throw new OptionError(`${op}: ${name} is ${describe(value)}, expected a tensor`);
  }
}
