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

/** The records that tensors were computed by, the latest first. */
export function reachable(from: readonly Tensor[]): TapeRecord[] {
  const found = new Set<TapeRecord>();
  const stack = from.flatMap(({ record }) => record ?? []);
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
  if (gradient !== null) checkTensors('backward', { gradient });
  const words = { tensor: 'the tensor', gradient: 'gradient', option: 'gradient' };
  checkSeed('backward', loss, gradient, words);
  const retain = retainGraph ?? createGraph;
  walk('backward', [[loss, gradient]], reachable([loss]), { createGraph, retain, atLeaf: addToGrad });
}

/** How an error names what a walk begins with. */
interface SeedWords {
  tensor: string;
  gradient: string;
  option: string;
}

/** @throws TapeError where a tensor of several elements comes without its own gradient, or with one of another shape */
export function checkSeed(op: string, t: Tensor, gradient: Tensor | null, words: SeedWords): void {
  if (gradient !== null) {
    if (!fits(gradient, t)) refuse(`${op}: ${words.gradient}`, gradient, t);
    checkFinite(op, words.gradient, gradient);
  } else if (t.size !== 1) {
    throw new TapeError(
      `${op}: ${words.tensor} has shape ${format(t.shape)}; pass { ${words.option} } or reduce it first`,
    );
  }
}

/** What a walk does beside walking. */
interface Walk {
  createGraph: boolean;
  /** Whether the records can be used again. */
  retain: boolean;
  /** Given the gradient of each tensor that none of the records made. */
  atLeaf: (t: Tensor, g: Tensor) => void;
  /** Whether the gradient of a record's output is wanted as well. */
  wants?: (t: Tensor, g: Tensor) => boolean;
}

/** Walks records, in falling order of their numbers, from tensors and their gradients (null for 1) to the leaves. */
export function walk(
  op: string,
  seeds: readonly (readonly [Tensor, Tensor | null])[],
  records: readonly TapeRecord[],
  { createGraph, retain, atLeaf, wants }: Walk,
): void {
  for (const entry of records) checkUnconsumed(op, entry);
  withState({ observer: null, recording: createGraph }, () => {
    const gradients = new Map<Tensor, Tensor>();
    for (const [t, seed] of seeds) meet(gradients, t, ownSeed(t, seed));
    for (const entry of records) {
      const g = gradients.get(entry.output);
      if (g) {
        const hooked = applyHooks(entry.output, g);
        propagate(entry, hooked, gradients);
        gradients.delete(entry.output);
        if (!wants?.(entry.output, hooked)) discard(hooked);
      }
      if (!retain) consume(entry);
    }
    for (const [leaf, g] of gradients) atLeaf(leaf, g);
    if (retain) return;
    finish(
      records.map(({ output }) => output),
      gradients.keys(),
    );
  });
}

/** Where a walk begins. A gradient that was given is its maker's: the walk has a tensor of its own. */
function ownSeed(t: Tensor, given: Tensor | null): Tensor {
  if (given === null) return ones(t.shape, { device: t.device });
  return state.recording ? alias({ x: given }) : given.detach();
}

/** Adds the gradients of a record's inputs to those found so far. */
function propagate(entry: TapeRecord, g: Tensor, gradients: Map<Tensor, Tensor>): void {
  const found = uncheckedRule(() =>
    state.recording
      ? gradientsOf(entry, g, null)
      : scope('was a temporary of a gradient rule', (made) => gradientsOf(entry, g, made), tensorsOf),
  );
  for (const { name, input, gradient } of found) {
    if (state.detectingAnomalies) checkFinite(entry.op, `the gradient of ${name}`, gradient, entry.calledAt);
    meet(gradients, input, gradient);
  }
}

/** Adds a gradient of a tensor to those found so far. */
function meet(gradients: Map<Tensor, Tensor>, t: Tensor, gradient: Tensor): void {
  const earlier = gradients.get(t);
  if (!earlier) {
    gradients.set(t, gradient);
    return;
  }
  gradients.set(t, accumulate({ a: earlier, b: gradient }));
  discard(earlier);
  discard(gradient);
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
export function discard(g: Tensor, why = INTERMEDIATE): void {
  if (!state.recording && !g.isKept) g.dispose(why);
}

/** What a hook returns is its caller's: the walk goes on with a tensor of its own that shares the values. */
export function applyHooks(t: Tensor, g: Tensor): Tensor {
  return t.hooks.reduce((gradient, { fn }) => {
    const replaced = checkDone('registerHook', 'the hook', fn(gradient));
    if (!replaced || replaced === gradient) return gradient;
    checkTensors('registerHook', { 'what the hook returned': replaced });
    if (!fits(replaced, t)) refuse('registerHook: what the hook returned', replaced, t);
    checkFinite('registerHook', 'what the hook returned', replaced);
    discard(gradient);
    return state.recording ? alias({ x: replaced }) : replaced.detach();
  }, g);
}

function addToGrad(leaf: Tensor, found: Tensor): void {
  const g = applyHooks(leaf, found);
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
