// Anomaly mode: names the first operation that produced a NaN or an infinity, and where it was called.
import { TapeError } from '../errors.js';
import { state, withState } from '../tensor/state.js';
import type { Tensor } from '../tensor/tensor.js';
import { notAsync } from './scope.js';

/**
 * Runs fn and checks every result, forward and backward, for NaN and infinities. Slow; synchronous devices only.
 * fn must not be async.
 * @throws TapeError naming the first operation with one and the line that called it, or where fn is async, a generator or no function
 *
 * @example
 * ```js
 * import { detectAnomaly, tensor } from 'mixgrad';
 *
 * try {
 *   detectAnomaly(() => tensor([1, 0]).log());
 * } catch (error) {
 *   const [what, where] = error.message.split(', called at ');
 *   console.log(what, /^\S+:4:\d+$/.test(where));
 * }
 * ```
 * ```text
 * log: its output holds -Infinity at position 1 true
 * ```
 */
export function detectAnomaly<T>(fn: () => T): T {
  return withState({ detectingAnomalies: true }, () => notAsync('detectAnomaly', fn));
}

/** Runs a gradient rule without checks inside: its result is checked, and named after the recorded operation. */
export function uncheckedRule<T>(fn: () => T): T {
  return state.detectingAnomalies ? withState({ detectingAnomalies: false }, fn) : fn();
}

/**
 * In anomaly mode, throws where the tensor, `what` of an operation, holds a NaN or an infinity. `place` is where the operation
 * was called, '' where nobody noted it.
 */
export function checkFinite(op: string, what: string, t: Tensor, place = ''): void {
  if (!state.detectingAnomalies) return;
  const values = t.storage.peek();
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const called = place && `, called at ${place}`;
  throw new TapeError(`${op}: ${what} holds ${values[at]} at position ${at}${called}`);
}

/** In anomaly mode, the line outside the framework that led here, as `file:line:column`; '' where there is none. */
export function placeOfCall(): string {
  if (!state.detectingAnomalies) return '';
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  // Lines are `at name (file:1:2)`, `at file:1:2` or, in some browsers, `name@file:1:2`.
  const places = [...stack.matchAll(/(?:\(|@|at (?:async )?)([^\s()@]\S*:\d+:\d+)\)?$/gm)].map(
    ([, place]) => place,
  );
  // This file's own line comes first: the framework is what lies in its folder, or the one file that all of it was put into.
  const own = places[0]?.replace(/(tape\/anomaly\.\w+)?:\d+:\d+$/, '');
  return places.find((place) => !place.startsWith(own) && !/^(node:|<anonymous>)/.test(place)) ?? '';
}
