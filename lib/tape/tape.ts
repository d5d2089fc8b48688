// The tape: what was computed from what, and when the buffers in between go back to their device.
import { TapeError } from '../errors.js';
import { Storage } from '../tensor/storage.js';
import { observeTensors, Tensor } from '../tensor/tensor.js';

/** The gradient of one input of a record, with the input's name. */
export interface InputGradient {
  name: string;
  input: Tensor;
  gradient: Tensor;
}

/** One recorded operation. */
export interface TapeRecord {
  /** Position on the tape: every record's inputs were recorded before it. */
  readonly number: number;
  readonly op: string;
  /** Empty once backward() has used the record up, as is what it saved. */
  inputs: readonly Tensor[];
  readonly output: Tensor;
  /** From the output's gradient to those of the inputs that require one. */
  vjp: (g: Tensor) => InputGradient[];
  /** Tensors that only the vjp uses. */
  saved: readonly Tensor[];
  /** Milliseconds that the forward call took. */
  readonly milliseconds: number;
  /** Whether backward() has used it up. */
  consumed: boolean;
}

let recording = true;
let next = 0;
let finished: Tensor[] = [];

/** Whether operations on tensors that require gradients are recorded now. */
export function isGradEnabled(): boolean {
  return recording;
}

/** Runs fn with recording switched on or off; fn must not be async. */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    return fn();
  } finally {
    recording = before;
  }
}

/** Writes an operation onto the tape; its output then requires a gradient. */
export function record(entry: Omit<TapeRecord, 'number' | 'consumed'>): void {
  entry.output.record = Object.assign(entry, { number: next++, consumed: false });
  entry.output.requiresGrad = true;
}

/** Before an operation on these inputs is recorded: what backward() has finished with goes back. */
export function beginRecording(inputs: readonly Tensor[]): void {
  if (finished.length === 0 || inputs.some((input) => finished.includes(input))) return;
  const done = finished;
  finished = [];
  for (const t of done) {
    if (!t.isKept)
      t.dispose('was released after backward(); to read it later, call keep() on it before backward()');
  }
  Storage.moveLooseToHost();
}

/** Marks a record as used up; its output stays readable until the next recording begins. */
export function consume(entry: TapeRecord): void {
  for (const saved of entry.saved) saved.dispose('was saved for backward() and is used up');
  finished.push(entry.output);
  entry.consumed = true;
  entry.inputs = entry.saved = [];
  entry.vjp = () => [];
}

/** Throws where a graph was already used by backward(). */
export function checkUnconsumed(entry: TapeRecord): void {
  if (!entry.consumed) return;
  throw new TapeError(
    `backward: ${entry.op} was already used by an earlier backward(); pass { retainGraph: true } to the earlier one`,
  );
}

/** Runs fn and releases every tensor it made, but not what it returns or what was kept. */
export function scope<T>(fn: () => T): T {
  const made: Tensor[] = [];
  const outer = observeTensors((t) => made.push(t));
  let result: T;
  try {
    result = fn();
  } catch (error) {
    observeTensors(outer);
    for (const t of made) t.dispose('was released when the function that made it threw');
    throw error;
  }
  observeTensors(outer);
  const returned = new Set<Tensor>();
  collect(result, returned);
  for (const t of made) {
    if (returned.has(t) || t.isKept) outer?.(t);
    else t.dispose('was released at the end of its noGrad(); return it, or call keep() on it');
  }
  return result;
}

/**
 * Runs fn without recording. The tensors that fn returns, alone or in arrays and plain objects, survive;
 * the others are released. fn must not be async.
 */
export function noGrad<T>(fn: () => T): T {
  const outermost = recording;
  const result = withRecording(false, () => scope(() => checkNotAsync(fn())));
  if (outermost) {
    const returned = new Set<Tensor>();
    collect(result, returned);
    for (const t of returned) if (!t.isReleased) t.storage.settle();
    Storage.moveLooseToHost();
  }
  return result;
}

function checkNotAsync<T>(result: T): T {
  if (result instanceof Promise) {
    throw new TapeError(
      'noGrad: the function is async, and what follows an await would be recorded; await outside',
    );
  }
  return result;
}

/** Gathers the tensors in a value: itself, or entries of arrays and plain objects. */
function collect(value: unknown, into: Set<Tensor>): void {
  if (value instanceof Tensor) into.add(value);
  else if (Array.isArray(value)) for (const entry of value) collect(entry, into);
  else if (value && Object.getPrototypeOf(value) === Object.prototype) collect(Object.values(value), into);
}
