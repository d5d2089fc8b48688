// The tape: records, and when the outputs of a graph go back to their device.
import { TapeError } from '../errors.js';
import { type FinishedGraph, state } from '../tensor/state.js';
import { evictTransients, type Storage } from '../tensor/storage.js';
import type { InputGradient, TapeRecord, Tensor } from '../tensor/tensor.js';

/** Graphs that may wait for their leaves to return before the oldest lets its outputs leave the device. */
const MOST_WAITING = 16;

/** Arguments by name. */
export type Args = Readonly<Record<string, unknown>>;

/** One recorded call. */
export interface Call {
  args: Args;
  /** The tensors among the arguments that have a rule. */
  inputs: readonly Tensor[];
  out: Tensor;
  saved: object;
  /** Every tensor that the rules may see, and what each held in the forward. */
  tensors: readonly Tensor[];
  storages: readonly Storage[];
}

/** What an operation tells of itself when it is recorded. */
export interface Entry {
  op: string;
  call: Call;
  /** What the forward made for the gradient rules alone. */
  saved: readonly Tensor[];
  vjp: (g: Tensor) => InputGradient[];
  milliseconds: number;
  calledAt: string;
}

/** Writes an operation onto the tape; its output then requires a gradient. */
export function record({ op, call, saved, vjp, milliseconds, calledAt }: Entry): void {
  const { args, inputs, out: output, tensors, storages } = call;
  const number = state.nextRecord++;
  // What was made to be saved is the record's alone, and needs no second owner.
  const sources = saved.length ? storages.filter((_, i) => !saved.includes(tensors[i])) : storages;
  output.setRecord(
    { number, op, args, inputs, output, vjp, saved, milliseconds, calledAt, consumed: false },
    sources,
  );
}

/**
 * Before an operation on these inputs is recorded: a leaf that returns releases the outputs of the graphs it was part of,
 * unless the operation reads one of them.
 */
export function releaseFinished(inputs: readonly Tensor[]): void {
  let released = false;
  for (const leaf of inputs) {
    if (leaf.finished.length === 0) continue;
    leaf.finished = leaf.finished.filter((graph) => {
      // Another of its leaves came first.
      if (graph.outputs.size === 0) return false;
      if (inputs.some((input) => graph.outputs.has(input))) return true;
      released = true;
      release(graph);
      return false;
    });
  }
  if (released) evictTransients();
}

function release(graph: FinishedGraph): void {
  state.finished.delete(graph);
  for (const t of graph.outputs) {
    if (!t.isKept)
      t.dispose('was released after backward(); to read it later, call keep() on it before backward()');
  }
  graph.outputs.clear();
}

/** Throws where a graph was already used by backward(). */
export function checkUnconsumed(op: string, entry: TapeRecord): void {
  if (!entry.consumed) return;
  throw new TapeError(
    `${op}: ${entry.op} was already used by an earlier backward(); pass { retainGraph: true } to the earlier one`,
  );
}

/** What is left in a record that is used up. */
const NOTHING = { args: Object.freeze({}), list: Object.freeze([]), vjp: () => [] };

/** Marks a record as used up: what it saved and was computed from goes back. */
export function consume(entry: TapeRecord): void {
  for (const saved of entry.saved) saved.dispose('was saved for backward() and is used up');
  entry.output.forgetSources();
  entry.consumed = true;
  entry.inputs = entry.saved = NOTHING.list;
  entry.args = NOTHING.args;
  entry.vjp = NOTHING.vjp;
}

/** After backward(): the outputs of these records stay readable until one of the leaves is recorded again. */
export function finish(tensors: readonly Tensor[], leaves: Iterable<Tensor>): void {
  const outputs = new Set(tensors);
  const graph: FinishedGraph = {
    outputs,
    makeTransient: () => {
      for (const t of outputs) if (!t.isReleased && !t.isKept) t.storage.makeTransient();
    },
  };
  for (const leaf of leaves) leaf.finished.push(graph);
  state.finished.add(graph);
  if (state.finished.size <= MOST_WAITING) return;
  const [oldest] = state.finished;
  state.finished.delete(oldest);
  oldest.makeTransient();
  evictTransients();
}
