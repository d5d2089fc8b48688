// backward(): walks the tape from the loss to the leaves, each record once, in falling order of its number.

import { TapeError } from '../errors.js';
import { add } from '../ops/elementwise.js';
import { format, sameShape } from '../shape.js';
import { observeTensors, ones, type Tensor } from '../tensor/tensor.js';
import { checkFinite, uncheckedRule } from './anomaly.js';
import { checkUnconsumed, consume, isGradEnabled, scope, type TapeRecord, withRecording } from './tape.js';

/** Options of backward(). */
export interface BackwardOptions {
  /** Gradient of the tensor itself; needed unless it has one element, where it is 1. */
  gradient?: Tensor;
  /** Keeps the graph for another backward(). */
  retainGraph?: boolean;
  /** Records the gradients' own computation, so that they can be differentiated again. */
  createGraph?: boolean;
}

/** The records that a tensor was computed by, its own first. */
export function reachable(from: Tensor): TapeRecord[] {
  // Each record goes into the slot of its distance from the last: walking the slots needs no sort.
  const slots: TapeRecord[] = [];
  const last = from.record;
  const stack = last ? [last] : [];
  while (stack.length > 0) {
    const entry = stack.pop()!;
    const slot = last!.number - entry.number;
    if (slots[slot]) continue;
    slots[slot] = entry;
    for (const { record } of entry.inputs) if (record) stack.push(record);
  }
  return slots.filter(Boolean);
}

/**
 * Computes the gradient of `loss` for every leaf that requires one and adds it to the leaf's `grad`.
 * The graph is used up unless retainGraph or createGraph is set.
 * @throws TapeError where there is nothing to differentiate, the graph was used up, or a rule returns a wrong shape.
 */
export function backward(loss: Tensor, options: BackwardOptions = {}): void {
  const { createGraph = false, retainGraph = createGraph } = options;
  if (!loss.requiresGrad) {
    throw new TapeError(`backward: the tensor of shape ${format(loss.shape)} does not require a gradient`);
  }
  const seed = seedGradient(loss, options.gradient);
  const records = reachable(loss);
  records.forEach(checkUnconsumed);
  const outer = observeTensors(null);
  try {
    withRecording(createGraph, () => walk(loss, seed, records, retainGraph));
  } finally {
    observeTensors(outer);
  }
}

function seedGradient(loss: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient) {
    checkGradient('backward: gradient', gradient, loss);
    return gradient.detach();
  }
  if (loss.size !== 1) {
    throw new TapeError(
      `backward: the tensor has shape ${format(loss.shape)}; pass { gradient } or reduce it first`,
    );
  }
  return ones(loss.shape, { device: loss.device });
}

function walk(loss: Tensor, seed: Tensor, records: TapeRecord[], retainGraph: boolean): void {
  const gradients = new Map<Tensor, Tensor>([[loss, seed]]);
  for (const entry of records) {
    const g = gradients.get(entry.output);
    if (g) {
      const hooked = applyHooks(entry.output, g);
      propagate(entry, hooked, gradients);
      gradients.delete(entry.output);
      discard(hooked);
    }
    if (!retainGraph) consume(entry);
  }
  // What is left belongs to leaves.
  for (const [leaf, g] of gradients) accumulate(leaf, applyHooks(leaf, g));
}

/** Adds the gradients of a record's inputs to those found so far. */
function propagate(entry: TapeRecord, g: Tensor, gradients: Map<Tensor, Tensor>): void {
  const found = uncheckedRule(() => (isGradEnabled() ? entry.vjp(g) : scope(() => entry.vjp(g))));
  for (const { name, input, gradient } of found) {
    checkGradient(`${entry.op}: the gradient of ${name}`, gradient, input);
    checkFinite(`${entry.op}: the gradient of ${name}`, gradient);
    const d = gradient === g ? g.detach() : gradient;
    const earlier = gradients.get(input);
    gradients.set(input, earlier ? plus(earlier, d) : d);
  }
}

/** a + b, giving back both. */
function plus(a: Tensor, b: Tensor): Tensor {
  const sum = add(a, b);
  discard(a);
  discard(b);
  return sum;
}

/** Gives back an intermediate gradient, unless its own graph is being recorded. */
function discard(g: Tensor): void {
  if (!isGradEnabled() && !g.isKept) g.dispose('was an intermediate gradient; call keep() on it in its hook');
}

function applyHooks(t: Tensor, g: Tensor): Tensor {
  return t.hooks.reduce((gradient, hook) => {
    const replaced = hook(gradient);
    if (!replaced) return gradient;
    checkGradient('registerHook: what the hook returned', replaced, t);
    discard(gradient);
    return replaced;
  }, g);
}

function accumulate(leaf: Tensor, g: Tensor): void {
  leaf.grad = leaf.grad ? plus(leaf.grad, g) : g;
}

function checkGradient(what: string, g: Tensor, t: Tensor): void {
  if (!sameShape(g.shape, t.shape) || g.device !== t.device) {
    throw new TapeError(
      `${what} has shape ${format(g.shape)} on ${g.device.name}, expected ${format(t.shape)} on ${t.device.name}`,
    );
  }
}
