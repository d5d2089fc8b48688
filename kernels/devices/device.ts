// What a device is: it owns buffers and runs kernels on them. Nothing above it knows how.
import type { AnyKernel, Plan } from '../spec.js';

/** The values behind a buffer on a synchronous device. */
export type Floats = Float32Array | Float64Array;

/** A buffer on a device; only the device that made it looks inside. */
export interface DeviceBuffer {
  readonly length: number;
}

/** Memory held by a device, in bytes. */
export interface DeviceMemory {
  /** In buffers that are in use. */
  live: number;
  /** In buffers returned to the pool, ready for reuse. */
  pooled: number;
  /** Number of buffers in use. */
  buffers: number;
}

/** Owns buffers and runs kernels. */
export interface Device {
  readonly name: string;
  /** Why it is this one, where openDevice opened it: 'asked for', or what 'auto' found. */
  readonly reason?: string;
  readonly dtype: 'float32' | 'float64';
  /** Threads that share the work, where the device has them. */
  readonly threads?: number;
  /** The most bytes that it can hold. */
  readonly limit: number;
  /** Whether a kernel's result can be read at once, without awaiting. */
  readonly sync: boolean;
  /** Copies values into a new buffer. @throws NoRoomError, as run does, where memory is full */
  upload(data: ArrayLike<number>): DeviceBuffer;
  /** Runs a kernel; the result is a new buffer of the plan's size. */
  run(kernel: AnyKernel, inputs: readonly DeviceBuffer[], plan: Plan): DeviceBuffer;
  /** The buffer's values, without copying where the device allows; DeviceError on an asynchronous device. */
  view(buffer: DeviceBuffer): Floats;
  /** A copy of the buffer's values, when all that was asked before is done. */
  read(buffer: DeviceBuffer): Promise<Floats>;
  /** Gives the buffer back. The device may reuse it at once. */
  free(buffer: DeviceBuffer): void;
  memory(): DeviceMemory;
  /** Ends what the device holds open, so that the process can exit. Nothing is computed on it afterwards. */
  close(): void;
  /** Whether close() was called. */
  readonly isClosed?: boolean;
}
