// grad(): gradients of some tensors with respect to others, as values.
import { OptionError, TapeError } from '../errors.js';
import { describe, flag, orElse, readOptions } from '../options.js';
import { format } from '../shape.js';
import { state } from '../tensor/state.js';
import { type TapeRecord, Tensor } from '../tensor/tensor.js';
import { applyHooks, checkSeed, discard, reachable, walk } from './backward.js';
import { checkTensors } from './run.js';

/** A tensor, or several. */
export type Tensors = Tensor | readonly Tensor[];

/** Options of grad(). */
export interface GradOptions {
  /** The gradients of the outputs themselves, as many as there are outputs. @default 1 for outputs of one element, which alone may do without */
  gradOutputs?: Tensors;
  /** Keeps the graph for another grad() or backward(). @default the value of createGraph */
  retainGraph?: boolean;
  /** Records the gradients' own computation, so that they can be differentiated again. @default false */
  createGraph?: boolean;
  /** Gives null for an input that the outputs do not depend on, in place of an error. @default false */
  allowUnused?: boolean;
}

const schema = {
  gradOutputs: orElse<readonly Tensor[]>({ fallback: [], read: listOf }),
  retainGraph: orElse<boolean>(flag(false)),
  createGraph: flag(false),
  allowUnused: flag(false),
};

/**
 * The gradients of Σ ⟨gradOutputs, outputs⟩ with respect to the inputs, in their order. No tensor's `grad` changes. Records
 * that lie between outputs and inputs are used up unless retainGraph or createGraph is set.
 * @throws TapeError where an input is not used, where there is nothing to differentiate, or the graph was used up
 * @throws OptionError where an argument is no tensor
 *
 * @example
 * ```js
 * import { grad, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2], { requiresGrad: true });
 * const [first] = grad(x.mul(x).mul(x).sum(), x, { createGraph: true }); // 3x²
 * const [second] = grad(first.sum(), x); // 6x
 * console.log(await first.data(), await second.data(), x.grad);
 * ```
 * ```text
 * Float32Array(2) [ 3, 12 ] Float32Array(2) [ 6, 12 ] null
 * ```
 */
export function grad(
  outputs: Tensors,
  inputs: Tensors,
  options: GradOptions & { allowUnused: true },
): (Tensor | null)[];
export function grad(outputs: Tensors, inputs: Tensors, options?: GradOptions): Tensor[];
export function grad(outputs: Tensors, inputs: Tensors, options: GradOptions = {}): (Tensor | null)[] {
  const { gradOutputs, retainGraph, createGraph, allowUnused } = readOptions('grad', options, schema);
  const from = differentiable('outputs', outputs);
  const to = differentiable('inputs', inputs);
  if (gradOutputs && gradOutputs.length !== from.length) {
    throw new OptionError(`grad: gradOutputs has ${gradOutputs.length} tensors, expected ${from.length}`);
  }
  const seeds = from.map((t, i) => {
    const words = { tensor: `outputs[${i}]`, gradient: `gradOutputs[${i}]`, option: 'gradOutputs' };
    const seed = gradOutputs?.[i] ?? null;
    checkSeed('grad', t, seed, words);
    return [t, seed] as const;
  });
  const found = new Map<Tensor, Tensor>();
  const wanted = new Set(to);
  const take = (t: Tensor, g: Tensor) => wanted.has(t) && found.set(t, g) !== null;
  walk('grad', seeds, between(from, wanted), {
    createGraph,
    retain: retainGraph ?? createGraph,
    wants: take,
    atLeaf: (t, g) => (wanted.has(t) ? take(t, applyHooks(t, g)) : discard(g)),
  });
  return to.map((t, i) => handOver(found.get(t), i, allowUnused));
}

/** A gradient as its caller's own: released like any result. */
function handOver(g: Tensor | undefined, i: number, allowUnused: boolean): Tensor | null {
  if (g) {
    state.observer?.(g.claim);
    if (!g.record) g.storage.makeTransient();
    return g;
  }
  if (allowUnused) return null;
  throw new TapeError(
    `grad: the outputs do not depend on inputs[${i}]; pass { allowUnused: true } to get null for it`,
  );
}

/** The records on the ways from outputs to inputs, the latest first; one that is used up may be on a way. */
function between(outputs: readonly Tensor[], inputs: ReadonlySet<Tensor>): TapeRecord[] {
  const needed = new Set<TapeRecord>();
  const records = reachable(outputs);
  for (const entry of records.toReversed()) {
    const leads = entry.inputs.some((t) => inputs.has(t) || (t.record && needed.has(t.record)));
    if (leads || (entry.consumed && !inputs.has(entry.output))) needed.add(entry);
  }
  return records.filter((entry) => needed.has(entry));
}

/** Tensors that require gradients. */
function differentiable(name: string, value: Tensors): readonly Tensor[] {
  const list = listOf('grad', name, value);
  const constant = list.findIndex((t) => !t.requiresGrad);
  if (constant < 0) return list;
  throw new TapeError(
    `grad: ${name}[${constant}] of shape ${format(list[constant].shape)} does not require a gradient`,
  );
}

/** One tensor or several as a list. @throws OptionError where there is none, or one is no tensor */
export function listOf(op: string, name: string, value: unknown): readonly Tensor[] {
  if (value instanceof Tensor) return [value];
  if (!Array.isArray(value) || value.length === 0) {
    throw new OptionError(`${op}: ${name} is ${describe(value)}, expected a tensor or several`);
  }
  checkTensors(op, Object.fromEntries([...value].map((t, i) => [`${name}[${i}]`, t])));
  return value;
}
