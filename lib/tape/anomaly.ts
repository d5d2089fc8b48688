// Anomaly mode: names the first operation that produced a NaN or an infinity.
import { TapeError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';

let detecting = false;

/**
 * Runs fn and checks every result, forward and backward, for NaN and infinities. Slow; synchronous devices only.
 * @throws TapeError naming the operation.
 */
export function detectAnomaly<T>(fn: () => T): T {
  return withDetecting(true, fn);
}

/** Runs a gradient rule without checks inside: its result is checked, and named after the recorded operation. */
export function uncheckedRule<T>(fn: () => T): T {
  return detecting ? withDetecting(false, fn) : fn();
}

function withDetecting<T>(on: boolean, fn: () => T): T {
  const before = detecting;
  detecting = on;
  try {
    return fn();
  } finally {
    detecting = before;
  }
}

/** In anomaly mode, throws where the tensor holds a NaN or an infinity. */
export function checkFinite(what: string, t: Tensor): void {
  if (!detecting) return;
  const values = t.device.view(t.buffer);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new TapeError(`${what} holds ${values[at]} at position ${at}`);
}
