// Everything global in the framework, in one object: what is recorded now, and who looks after memory.
import type { Device } from '../../kernels/devices/device.js';

/** What a tensor holds, as far as memory is concerned. */
export interface Disposable {
  readonly isKept: boolean;
  dispose(why: string): void;
}

/** Room on a device. */
export interface Room {
  readonly device: Device;
}

/** A graph that backward() has used up, with outputs that stay readable until one of its leaves is recorded again. */
export interface FinishedGraph {
  /** Empty once they are released. */
  readonly outputs: Set<Disposable>;
  /** Lets the outputs leave the device, should its leaves never return. */
  makeTransient(): void;
}

/**
 * The state of the framework. Each copy of the library in a process has one of its own, and knows nothing of the
 * tensors of another.
 */
export const state = {
  /** The device of new tensors; null until one is chosen or needed. */
  device: null as Device | null,
  /** Whether operations on tensors that require gradients are recorded. */
  recording: true,
  /** The number of the next record. */
  nextRecord: 0,
  /** Told of every claim that is made, so that a scope can release its temporaries. */
  observer: null as ((made: Disposable) => void) | null,
  /** The operation whose gradient rules run now, with recording on: a kernel called there cannot be differentiated. */
  rule: null as string | null,
  /** The operation that runs, in whose name the device speaks. */
  op: null as string | null,
  /** Told of every operation that runs by itself, not inside another, with its arguments and outputs. */
  trace: null as ((op: string, args: object, outputs: readonly Disposable[]) => void) | null,
  /** Whether results are checked for NaN and infinities. */
  detectingAnomalies: false,
  /** What no graph holds: it leaves the device at the next boundary. */
  transients: new Set<Room>(),
  /** Graphs that wait for one of their leaves to be recorded again, the oldest first. */
  finished: new Set<FinishedGraph>(),
};

/** Sets entries of the state while fn runs; what they were before returns afterwards, also where fn throws. */
export function withState<T>(entries: Partial<typeof state>, fn: () => T): T {
  const before: Record<string, unknown> = {};
  for (const key in entries) before[key] = state[key as keyof typeof state];
  Object.assign(state, entries);
  try {
    return fn();
  } finally {
    Object.assign(state, before);
  }
}
