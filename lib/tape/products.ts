// Products with the Jacobian and the Hessian of a function, made of grad().
import { OptionError, TapeError } from '../errors.js';
import { format } from '../shape.js';
import { checkAlike } from '../tensor/alike.js';
import { zeros } from '../tensor/create.js';
import { withState } from '../tensor/state.js';
import { Tensor } from '../tensor/tensor.js';
import { grad, listOf, type Tensors } from './grad.js';
import { checkTensors } from './run.js';
import { notAsync } from './scope.js';

/** A function of tensors. */
type Fn = (...inputs: Tensor[]) => Tensor;

/**
 * J·tangents, the derivative of fn(...inputs) in a direction, by two reverse passes: Jᵀu is linear in u, and its gradient
 * with respect to u is the product. An input that requires a gradient is passed to fn as it is, any other as a new leaf.
 * @returns the function's result and its derivative, both cut off from the graph
 * @throws OptionError, ShapeError where the tangents do not fit; TapeError where fn is async, or a rule is a fused kernel
 *
 * @example
 * ```js
 * import { jvp, tensor } from 'mixgrad';
 *
 * const { out, tangent } = jvp((x) => x.mul(x), tensor([1, 2, 3]), tensor([1, 0, 1]));
 * console.log(await out.data(), await tangent.data());
 * ```
 * ```text
 * Float32Array(3) [ 1, 4, 9 ] Float32Array(3) [ 2, 0, 6 ]
 * ```
 */
export function jvp(fn: Fn, inputs: Tensors, tangents: Tensors): { out: Tensor; tangent: Tensor } {
  return atLeaves('jvp', fn, inputs, ['tangents', tangents], (out, leaves, directions) => {
    const none = zeros(out.shape, { device: out.device, requiresGrad: true });
    const [pulled, along] = pull(out, none, leaves, directions);
    const [tangent] = pulled.length ? grad(pulled, none, { gradOutputs: along, allowUnused: true }) : [null];
    return { out: out.detach(), tangent: tangent ?? none.detach() };
  });
}

/** Jᵀu for the leaves that out depends on, recorded, and their directions. */
function pull(out: Tensor, u: Tensor | null, leaves: readonly Tensor[], directions: readonly Tensor[]) {
  const gradOutputs = u ?? undefined;
  const all = out.requiresGrad
    ? grad(out, leaves, { gradOutputs, createGraph: true, allowUnused: true })
    : leaves.map(() => null);
  const used = all.map((g) => g?.requiresGrad === true);
  const pulled = all.filter((g) => g?.requiresGrad === true) as Tensor[];
  return [pulled, directions.filter((_, i) => used[i])] as const;
}

/**
 * H·vectors for the Hessian H of fn(...inputs), a single number, by the gradient of ⟨gradient, vectors⟩. The inputs are passed to
 * fn as jvp passes them: those of a model are its parameters, which fn need not take as arguments.
 * @returns one product for each input
 * @throws OptionError, ShapeError where the vectors do not fit; TapeError where fn is async, or a rule is a fused kernel
 *
 * @example
 * ```js
 * import { hessianVectorProduct, tensor } from 'mixgrad';
 *
 * const cubes = (x) => x.mul(x).mul(x).sum(); // its Hessian is 6x on the diagonal
 * const [product] = hessianVectorProduct(cubes, tensor([1, 2]), tensor([1, 10]));
 * console.log(await product.data());
 * ```
 * ```text
 * Float32Array(2) [ 6, 120 ]
 * ```
 */
export function hessianVectorProduct(fn: Fn, inputs: Tensors, vectors: Tensors): Tensor[] {
  return atLeaves('hessianVectorProduct', fn, inputs, ['vectors', vectors], (out, leaves, directions) => {
    if (out.size !== 1) {
      throw new TapeError(
        `hessianVectorProduct: what fn returned has shape ${format(out.shape)}, expected a single element`,
      );
    }
    const [pulled, along] = pull(out, null, leaves, directions);
    const products = pulled.length
      ? grad(pulled, leaves, { gradOutputs: along, allowUnused: true })
      : leaves.map(() => null);
    return products.map((product, i) => product ?? zeros(leaves[i].shape, { device: leaves[i].device }));
  });
}

/** Calls fn at leaves with the inputs' values, and `then` with its result; leaves made for it are released afterwards. */
function atLeaves<T>(
  op: string,
  fn: Fn,
  inputs: Tensors,
  [name, value]: readonly [string, Tensors],
  then: (out: Tensor, leaves: readonly Tensor[], directions: readonly Tensor[]) => T,
): T {
  const given = listOf(op, 'inputs', inputs);
  const directions = listOf(op, name, value);
  if (directions.length !== given.length) {
    throw new OptionError(`${op}: ${name} has ${directions.length} tensors, expected ${given.length}`);
  }
  for (const [i, direction] of directions.entries()) checkAlike(`${op}: ${name}[${i}]`, direction, given[i]);
  return withState({ recording: true }, () => {
    const leaves = given.map((t) => (t.requiresGrad ? t : new Tensor(t.shape, t.storage.retain(), true)));
    try {
      const out = notAsync(op, fn, ...leaves);
      checkTensors(op, { 'what fn returned': out });
      return then(out, leaves, directions);
    } finally {
      leaves.forEach((leaf, i) => {
        if (leaf !== given[i]) leaf.dispose();
      });
    }
  });
}
