// run as users are given it: what the compiler checks in TypeScript is checked here for plain JavaScript.
import type { AttrsArgument, Kernel, Plan } from '../../kernels/spec.js';
import { OptionError } from '../errors.js';
import { describe, isIntegers } from '../options.js';
import { format, numel } from '../shape.js';
import { Tensor } from '../tensor/tensor.js';
import { checkTensors, execute, shapesOf } from './run.js';

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
  return execute(kernel, inputs, planOf(kernel, inputs, attrs[0] as A));
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
  const shapes = shapesOf(inputs);
  let plan: Plan;
  try {
    plan = kernel.plan(shapes, attrs);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new OptionError(
      `${name}: got inputs ${shapes.map(format)} and attributes ${describe(attrs)}, expected what its plan takes`,
      { cause: error },
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
    if (!isIntegers(sizes, 1))
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
