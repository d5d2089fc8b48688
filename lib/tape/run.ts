// run: a kernel on tensors, outside the tape.
import type { Device } from '../../kernels/devices/device.js';
import type { AnyKernel, AttrsArgument, Kernel, Plan } from '../../kernels/spec.js';
import { DeviceError, OptionError, TapeError } from '../errors.js';
import { describe } from '../options.js';
import { format, numel, type Shape } from '../shape.js';
import { state } from '../tensor/state.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * Runs a kernel outside the tape: the result is a new tensor that requires no gradient.
 * @throws OptionError where inputs or attributes are not what the kernel takes, DeviceError where the inputs are on several
 * devices, TapeError in a gradient rule that is being recorded
 *
 * @example
 * ```js
 * import { kernels, run, tensor } from 'mixgrad';
 *
 * const y = run(kernels.affine, [tensor([1, 2, 3])], { scale: 2, shift: 1 });
 * console.log(await y.data(), y.requiresGrad);
 * ```
 * ```text
 * Float32Array(3) [ 3, 5, 7 ] false
 * ```
 */
export function run<A>(kernel: Kernel<A>, inputs: readonly Tensor[], ...attrs: AttrsArgument<A>): Tensor {
  checkCall(kernel, inputs);
  if (state.rule !== null && state.recording) {
    throw new TapeError(
      `${state.rule}: its gradient is the fused kernel ${kernel.name}, which cannot be differentiated again`,
    );
  }
  const device = commonDevice(kernel.name, inputs);
  const plan = planOf(kernel, inputs, attrs[0] as A);
  const buffer = device.run(
    kernel as AnyKernel,
    inputs.map((input) => input.storage.resident()),
    plan,
  );
  return new Tensor(plan.shape, Storage.fromDevice(device, buffer));
}

/** Throws unless the kernel is one and all inputs are tensors. */
function checkCall<A>(kernel: Kernel<A>, inputs: readonly Tensor[]): void {
  if (typeof kernel?.plan !== 'function') {
    throw new OptionError(`run: the kernel is ${describe(kernel)}, expected one such as kernels.exp`);
  }
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new OptionError(`${kernel.name}: its inputs are ${describe(inputs)}, expected an array of tensors`);
  }
  inputs.forEach((t, i) => {
    if (!(t instanceof Tensor)) checkTensors(kernel.name, { [`input ${i}`]: t });
  });
}

/** The plan of a call. @throws OptionError where a kernel takes other inputs or attributes */
function planOf<A>(kernel: Kernel<A>, inputs: readonly Tensor[], attrs: A): Plan {
  const { name, body } = kernel;
  const shapes = inputs.map(({ shape }) => shape);
  let plan: Plan;
  try {
    plan = kernel.plan(shapes, attrs);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new OptionError(
      `${name}: inputs ${shapes.map(format)} and these attributes do not fit: ${error.message}`,
    );
  }
  const { scalars = [], ints, reals } = checkPlan(name, plan);
  if (inputs.length + scalars.length !== body.length) {
    throw new OptionError(`${name}: got ${inputs.length} inputs, expected ${body.length - scalars.length}`);
  }
  for (const value of scalars) if (typeof value !== 'number') refuseAttribute(name, 'a scalar', value);
  for (const key in ints) if (typeof ints[key] !== 'number') refuseAttribute(name, key, ints[key]);
  for (const key in reals) if (typeof reals[key] !== 'number') refuseAttribute(name, key, reals[key]);
  return plan;
}

/** Throws unless a kernel's plan has a shape, and threads for each of its elements. */
function checkPlan(name: string, plan: Plan): Plan {
  const { shape, threads, scalars = [] } = plan ?? {};
  for (const sizes of [shape, threads ?? shape]) {
    const valid = Array.isArray(sizes) && sizes.every((size) => Number.isSafeInteger(size) && size > 0);
    if (!valid)
      throw new OptionError(`${name}: its plan has ${describe(sizes)}, expected a shape and threads`);
  }
  if (threads && (threads.length > 3 || numel(threads) !== numel(shape))) {
    throw new OptionError(
      `${name}: its plan has threads ${format(threads)}, expected as many along up to three axes as shape ${format(shape)} has elements`,
    );
  }
  if (!Array.isArray(scalars)) {
    throw new OptionError(
      `${name}: scalars of its plan are ${describe(scalars)}, expected an array of numbers`,
    );
  }
  return plan;
}

function refuseAttribute(kernel: string, what: string, value: unknown): never {
  throw new OptionError(`${kernel}: ${what} of its plan is ${describe(value)}, expected a number`);
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
    throw new DeviceError(`${op}: tensors on ${device.name} and ${other.device.name}, expected one device`);
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
