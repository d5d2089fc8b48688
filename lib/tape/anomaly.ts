// Anomaly mode: names the first operation that produced a NaN or an infinity.
import { TapeError } from '../errors.js';
import { state, withState } from '../tensor/state.js';
import type { Tensor } from '../tensor/tensor.js';
import { notAsync } from './scope.js';

/**
 * Runs fn and checks every result, forward and backward, for NaN and infinities. Slow; synchronous devices only.
 * fn must not be async.
 * @throws TapeError naming the operation, or where fn is async, a generator or no function
 *
 * @example
 * ```js
 * import { detectAnomaly, tensor } from 'mixgrad';
 *
 * try {
 *   detectAnomaly(() => tensor([1, 0]).log());
 * } catch (error) {
 *   console.log(error.message);
 * }
 * ```
 * ```text
 * log: its output holds -Infinity at position 1
 * ```
 */
export function detectAnomaly<T>(fn: () => T): T {
  return withState({ detectingAnomalies: true }, () => notAsync('detectAnomaly', fn));
}

/** Runs a gradient rule without checks inside: its result is checked, and named after the recorded operation. */
export function uncheckedRule<T>(fn: () => T): T {
  return state.detectingAnomalies ? withState({ detectingAnomalies: false }, fn) : fn();
}

/** In anomaly mode, throws where the tensor, `what` of an operation, holds a NaN or an infinity. */
export function checkFinite(op: string, what: string, t: Tensor): void {
  if (!state.detectingAnomalies) return;
  const values = t.storage.peek();
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new TapeError(`${op}: ${what} holds ${values[at]} at position ${at}`);
}
