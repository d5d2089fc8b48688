// backward(): walks the tape from the loss to the leaves, each record once, in falling order of its number.

import { TapeError } from '../errors.js';
import { anything, flag, orElse, readOptions } from '../options.js';
import { format, sameShape } from '../shape.js';
import { ones } from '../tensor/create.js';
import { type Disposable, state, withState } from '../tensor/state.js';
import { type InputGradient, type TapeRecord, Tensor } from '../tensor/tensor.js';
import { accumulate, alias } from './accumulate.js';
import { checkFinite, uncheckedRule } from './anomaly.js';
import { checkTensors, view } from './run.js';
import { checkDone, scope } from './scope.js';
import { checkUnconsumed, consume, finish } from './tape.js';

/** Options of backward(). */
export interface BackwardOptions {
  /** Gradient of the tensor itself; createGraph records what depends on it as well. @default 1 for a tensor of one element, which alone may do without */
  gradient?: Tensor;
  /** Keeps the graph for another backward(). @default the value of createGraph */
  retainGraph?: boolean;
  /** Records the gradients' own computation, so that they can be differentiated again. @default false */
  createGraph?: boolean;
}

/** The records that a tensor was computed by, its own first. */
export function reachable(from: Tensor): TapeRecord[] {
  const found = new Set<TapeRecord>();
  const stack = from.record ? [from.record] : [];
  while (stack.length > 0) {
    const entry = stack.pop()!;
    if (found.has(entry)) continue;
    found.add(entry);
    for (const { record } of entry.inputs) if (record) stack.push(record);
  }
  return [...found].sort((a, b) => b.number - a.number);
}

/**
 * Computes the gradient of `loss` for every leaf that requires one and adds it to the leaf's `grad`.
 * The graph is used up unless retainGraph or createGraph is set.
 * @throws TapeError where there is nothing to differentiate, the graph was used up, or a rule returns a wrong shape.
 *
 * @example
 * ```js
 * import { tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * console.log(await x.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 2, 4, 6 ]
 * ```
 */
export function backward(loss: Tensor, options: BackwardOptions = {}): void {
  checkTensors('backward', { loss });
  const { gradient, retainGraph, createGraph } = readOptions('backward', options, {
    gradient: anything<Tensor | null>(null),
    retainGraph: orElse<boolean>(flag(false)),
    createGraph: flag(false),
  });
  if (!loss.requiresGrad) {
    throw new TapeError(`backward: the tensor of shape ${format(loss.shape)} does not require a gradient`);
  }
  const seed = seedGradient(loss, gradient, createGraph);
  const records = reachable(loss);
  records.forEach(checkUnconsumed);
  const retain = retainGraph ?? createGraph;
  withState({ observer: null, recording: createGraph }, () => walk(loss, seed, records, retain));
}

function seedGradient(loss: Tensor, gradient: Tensor | null, createGraph: boolean): Tensor {
  if (gradient !== null) {
    checkTensors('backward', { gradient });
    if (!fits(gradient, loss)) refuse('backward: gradient', gradient, loss);
    if (!createGraph) return gradient.detach();
    return withState({ observer: null, recording: true }, () => alias({ x: gradient }));
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
  for (const [leaf, g] of gradients) addToGrad(leaf, applyHooks(leaf, g));
  if (!retainGraph) {
    finish(
      records.map(({ output }) => output),
      gradients.keys(),
    );
  }
}

/** Adds the gradients of a record's inputs to those found so far. */
function propagate(entry: TapeRecord, g: Tensor, gradients: Map<Tensor, Tensor>): void {
  const found = uncheckedRule(() =>
    state.recording
      ? gradientsOf(entry, g, null)
      : scope('was a temporary of a gradient rule', (made) => gradientsOf(entry, g, made), tensorsOf),
  );
  for (const { name, input, gradient } of found) {
    if (state.detectingAnomalies) checkFinite(entry.op, `the gradient of ${name}`, gradient);
    const earlier = gradients.get(input);
    if (!earlier) {
      gradients.set(input, gradient);
      continue;
    }
    gradients.set(input, accumulate({ a: earlier, b: gradient }));
    discard(earlier);
    discard(gradient);
  }
}

const tensorsOf = (found: readonly InputGradient[]) => found.map(({ gradient }) => gradient);

/**
 * What the rules of a record return, each as a tensor of the walk's own: a rule may return any tensor, also twice. `made` is what
 * the rules made; null where they are recorded.
 */
function gradientsOf(entry: TapeRecord, g: Tensor, made: readonly Disposable[] | null): InputGradient[] {
  const first = state.nextRecord;
  const taken: Tensor[] = [];
  return entry.vjp(g).map(({ name, input, gradient }) => {
    if (!fits(gradient, input)) refuse(`${entry.op}: the gradient of ${name}`, gradient, input);
    const isNew = made ? made.includes(gradient.claim) : (gradient.record?.number ?? -1) >= first;
    const own = isNew && !taken.includes(gradient) ? gradient : another(gradient);
    taken.push(gradient);
    return { name, input, gradient: own };
  });
}

/** The same values as a tensor of its own, on the tape where gradients are recorded. */
function another(g: Tensor): Tensor {
  return state.recording ? alias({ x: g }) : view(g, g.shape);
}

const INTERMEDIATE = 'was an intermediate gradient; call keep() on it in its hook';

/** Gives back a gradient of the walk's, unless its own graph is being recorded. */
function discard(g: Tensor, why = INTERMEDIATE): void {
  if (!state.recording && !g.isKept) g.dispose(why);
}

/** What a hook returns is its caller's: the walk goes on with a tensor of its own that shares the values. */
function applyHooks(t: Tensor, g: Tensor): Tensor {
  return t.hooks.reduce((gradient, { fn }) => {
    const replaced = checkDone('registerHook', 'the hook', fn(gradient));
    if (!replaced || replaced === gradient) return gradient;
    checkTensors('registerHook', { 'what the hook returned': replaced });
    if (!fits(replaced, t)) refuse('registerHook: what the hook returned', replaced, t);
    discard(gradient);
    return state.recording ? alias({ x: replaced }) : replaced.detach();
  }, g);
}

function addToGrad(leaf: Tensor, g: Tensor): void {
  const { tensor: grad, isOwn } = leaf.gradient;
  if (!grad) {
    leaf.gradient.take(g);
    return;
  }
  leaf.gradient.take(accumulate({ a: grad, b: g }));
  discard(g);
  if (isOwn) discard(grad, 'was added to a later gradient; call keep() on it to read it afterwards');
}

/** Whether a tensor can be the gradient of another. */
function fits(g: Tensor, t: Tensor): boolean {
  return g instanceof Tensor && g.device === t.device && sameShape(g.shape, t.shape);
}

function refuse(what: string, g: Tensor, t: Tensor): never {
  if (!(g instanceof Tensor)) throw new TapeError(`${what} is no tensor`);
  throw new TapeError(
    `${what} has shape ${format(g.shape)} on ${g.device.name}, expected ${format(t.shape)} on ${t.device.name}`,
  );
}
