// gradcheck and gradgradcheck: compare every analytic gradient with central differences in float64.
import { openReference } from '../kernels/devices/reference.js';
import { MixgradError, OptionError } from './errors.js';
import { sum } from './ops/broadcast.js';
import { mul } from './ops/elementwise.js';
import { concat } from './ops/joining.js';
import { reshape } from './ops/movement.js';
import { describe as described, integer, number, readOptions } from './options.js';
import { createRandom } from './random.js';
import { format, numel, type Shape } from './shape.js';
import { backward } from './tape/backward.js';
import { grad } from './tape/grad.js';
import { checkTensors } from './tape/run.js';
import { checkDone, noGrad } from './tape/scope.js';
import { type NestedNumbers, tensor } from './tensor/create.js';
import { withDevice } from './tensor/device.js';
import { withState } from './tensor/state.js';
import { Tensor } from './tensor/tensor.js';

/**
 * Thrown where a gradient is wrong.
 *
 * @example
 * ```js
 * import { defineOp, GradcheckError, gradcheck, kernels, run } from 'mixgrad';
 *
 * const square = defineOp('square', {
 *   forward: ({ x }) => run(kernels.mul, [x, x]),
 *   vjp: { x: ({ g, x }) => g.mul(x) }, // 2x would be right
 * });
 * try {
 *   gradcheck((x) => square({ x }), [[1, 2]]);
 * } catch (error) {
 *   console.log(error instanceof GradcheckError, error.message.split(':')[1]);
 * }
 * ```
 * ```text
 * true  input 0 at [1]
 * ```
 */
export class GradcheckError extends MixgradError {
  override name = 'GradcheckError';
}

/** Options of gradcheck and gradgradcheck. */
export interface GradcheckOptions {
  /** Half the distance between the two evaluations. @default 1e-6 */
  step?: number;
  /** Largest error allowed, relative to the largest entry of the gradient. @default 1e-6 */
  tolerance?: number;
  /** Seed of the random cotangent. @default 0 */
  seed?: number;
}

/** The largest error found for one input. */
export interface GradcheckResult {
  input: number;
  /** Index of the worst element in the input. */
  index: number[];
  analytic: number;
  numeric: number;
  /** |analytic − numeric| / the largest |numeric|, or 1 where that is smaller. */
  error: number;
}

/** What is checked. */
type Fn = (...inputs: Tensor[]) => Tensor;

const schema = {
  step: number(1e-6, { above: 0 }),
  tolerance: number(1e-6, { least: 0 }),
  seed: integer(0),
};

/**
 * Checks the gradients of fn(...inputs) with respect to every input, for a random cotangent, on the reference
 * device in float64. While it runs new tensors appear there; afterwards, also where it throws, where they did before.
 * fn must not be async.
 * @returns the worst element of each input
 * @throws GradcheckError naming the worst element, with its analytic and numeric value; TapeError where fn is async
 *
 * @example
 * ```js
 * import { gradcheck } from 'mixgrad';
 *
 * const [{ error }] = gradcheck((x) => x.mul(x).exp(), [[0.5, -1]]);
 * console.log(error < 1e-6);
 * ```
 * ```text
 * true
 * ```
 */
export function gradcheck(
  fn: Fn,
  inputs: readonly (Tensor | NestedNumbers)[],
  options: GradcheckOptions = {},
): GradcheckResult[] {
  return checkOnReference('gradcheck', fn, inputs, options, check);
}

/**
 * Checks the gradients of the gradients of fn(...inputs), on the reference device in float64: those of Jᵀv, which grad()
 * computes with createGraph, with respect to every input and to v, a random cotangent; and that Jᵀv is the same without.
 * fn must not be async.
 * @returns the worst element of each input, and of v at the end
 * @throws GradcheckError as gradcheck; TapeError where fn is async, or a gradient cannot be differentiated again
 *
 * @example
 * ```js
 * import { gradgradcheck } from 'mixgrad';
 *
 * const [ofX, ofCotangent] = gradgradcheck((x) => x.mul(x).exp(), [[0.5, -1]]);
 * console.log(ofX.error < 1e-6, ofCotangent.error < 1e-6);
 * ```
 * ```text
 * true true
 * ```
 */
export function gradgradcheck(
  fn: Fn,
  inputs: readonly (Tensor | NestedNumbers)[],
  options: GradcheckOptions = {},
): GradcheckResult[] {
  return checkOnReference('gradgradcheck', fn, inputs, options, (op, checked, leaves, read) => {
    const v = weigh(resultOf(op, checked, leaves), read.seed);
    v.requiresGrad = true;
    checkTwins(checked, [...leaves, v], read.tolerance);
    return check(op, pullback(checked), [...leaves, v], read);
  });
}

/** Throws unless Jᵀv is the same where it is recorded, by the twins of fused rules, and where it is not. */
function checkTwins(fn: Fn, all: readonly Tensor[], tolerance: number): void {
  const [recorded, plain] = [true, false].map((createGraph) =>
    values(released(() => pullback(fn, createGraph)(...all))),
  );
  const { analytic, numeric, index, error } = compare(recorded, plain, [plain.length], 0);
  if (error <= tolerance) return;
  throw new GradcheckError(
    `gradgradcheck: with createGraph a gradient is ${analytic} at ${format(index)} of all, without it is ${numeric}`,
  );
}

/** (…inputs, v) ↦ Jᵀv, all entries in a row: zeros where fn does not depend on an input. */
function pullback(fn: Fn, createGraph = true): Fn {
  return (...all) => {
    const [inputs, v] = [all.slice(0, -1), all.at(-1)!];
    const out = fn(...inputs);
    const gradients = out.requiresGrad
      ? grad(out, inputs, { gradOutputs: v, createGraph, allowUnused: true })
      : inputs.map(() => null);
    return concat(gradients.map((g, i) => reshape(g ?? mul(inputs[i], 0), [-1])));
  };
}

/** Calls check on the reference device, with leaves that have the values of the inputs. */
function checkOnReference(
  op: string,
  fn: Fn,
  inputs: readonly (Tensor | NestedNumbers)[],
  options: GradcheckOptions,
  then: typeof check,
): GradcheckResult[] {
  const read = readOptions(op, options, schema);
  if (typeof fn !== 'function') throw new OptionError(`${op}: fn is ${described(fn)}, expected a function`);
  if (!Array.isArray(inputs)) {
    throw new OptionError(`${op}: inputs is ${described(inputs)}, expected an array of tensors or values`);
  }
  const checked = (...leaves: Tensor[]) => checkDone(op, 'fn', fn(...leaves));
  return withDevice(openReference(), () => then(op, checked, inputs.map(asLeaf), read));
}

/** Calls fn, which may use grad(); only what it returns is kept. */
function released<T>(fn: () => T): T {
  return noGrad(() => withState({ recording: true }, fn));
}

/** What fn returns. @throws OptionError where it is no tensor */
function resultOf(op: string, fn: Fn, leaves: readonly Tensor[]): Tensor {
  const out = released(() => fn(...leaves));
  checkTensors(op, { 'what fn returned': out });
  return out;
}

/** A leaf on the current device with the values of a tensor or of nested arrays. */
function asLeaf(input: Tensor | NestedNumbers): Tensor {
  if (!(input instanceof Tensor)) return tensor(input, { requiresGrad: true });
  const values = input.storage.peek();
  return tensor(values, { shape: input.shape, requiresGrad: true });
}

function check(
  op: string,
  fn: Fn,
  leaves: readonly Tensor[],
  { step, tolerance, seed }: Required<GradcheckOptions>,
): GradcheckResult[] {
  const cotangent = weigh(resultOf(op, fn, leaves), seed);
  const loss = () => sum(mul(fn(...leaves), cotangent));
  backward(loss());
  return leaves.map((leaf, input) => {
    const analytic = leaf.grad ? values(leaf.grad) : new Float64Array(leaf.size);
    const worst = compare(analytic, differences(leaf, loss, step), leaf.shape, input);
    if (!(worst.error <= tolerance)) throw new GradcheckError(`${op}: ${describe(worst, tolerance)}`);
    return worst;
  });
}

/** A random cotangent for a result. */
function weigh(out: Tensor, seed: number): Tensor {
  const random = createRandom(`gradcheck ${seed}`);
  return tensor(Float64Array.from({ length: out.size }, random.normal), {
    shape: out.shape,
    device: out.device,
  });
}

/** (loss(x + h) − loss(x − h)) / 2h, element by element. */
function differences(leaf: Tensor, loss: () => Tensor, h: number): Float64Array {
  const data = values(leaf).slice();
  const at = (i: number, value: number) => {
    leaf.storage.write(i, value);
    const result = values(released(loss))[0];
    leaf.storage.write(i, data[i]);
    return result;
  };
  return Float64Array.from(data, (x, i) => (at(i, x + h) - at(i, x - h)) / (2 * h));
}

function compare(
  analytic: Float64Array,
  numeric: Float64Array,
  shape: Shape,
  input: number,
): GradcheckResult {
  const scale = numeric.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  let worst = 0;
  let error = -1;
  for (let i = 0; i < numeric.length; i++) {
    const e = Math.abs(analytic[i] - numeric[i]) / scale;
    if (e > error || Number.isNaN(e)) [worst, error] = [i, e];
    if (Number.isNaN(e)) break;
  }
  return { input, index: unravel(worst, shape), analytic: analytic[worst], numeric: numeric[worst], error };
}

function describe({ input, index, analytic, numeric, error }: GradcheckResult, tolerance: number): string {
  return (
    `input ${input} at ${format(index)}: analytic ${analytic}, numeric ${numeric}, ` +
    `relative error ${error.toExponential(2)} exceeds ${tolerance}`
  );
}

function unravel(flat: number, shape: Shape): number[] {
  return shape.map((size, axis) => Math.floor(flat / numel(shape.slice(axis + 1))) % size);
}

/** The values on the reference device, to be read at once. */
function values(t: Tensor): Float64Array {
  return t.storage.peek() as Float64Array;
}
