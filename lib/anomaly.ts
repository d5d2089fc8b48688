// Anomaly mode: names the first operation that produced a NaN or an infinity.
import { TapeError } from './errors.js';
import type { Tensor } from './tensor.js';

let detecting = false;

/**
 * Runs fn and checks every result, forward and backward, for NaN and infinities. Slow; synchronous devices only.
 * @throws TapeError naming the operation.
 */
export function detectAnomaly<T>(fn: () => T): T {
  const before = detecting;
  detecting = true;
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
