// Storage: a reference-counted buffer on a device or, between uses, in ordinary memory.
import type { Device, DeviceBuffer, Floats } from '../../kernels/devices/device.js';
import { type Evictable, state } from './state.js';

/**
 * A reference-counted buffer, shared by tensors and records. A device cannot see when JavaScript drops a tensor, so
 * only graphs and parameters hold device memory: everything else moves to ordinary memory, which the garbage
 * collector watches, and returns to the device when it is used again.
 */
export class Storage implements Evictable {
  private owners = 1;
  /** How many of them keep it on the device. */
  private pins = 0;
  private constructor(
    readonly device: Device,
    private buffer: DeviceBuffer | null,
    private host: Floats | null,
  ) {}

  /** Takes over a device buffer. */
  static fromDevice(device: Device, buffer: DeviceBuffer): Storage {
    return new Storage(device, buffer, null);
  }

  /** Copies the values; they go to the device when first used. */
  static fromHost(device: Device, values: ArrayLike<number>): Storage {
    const host = device.dtype === 'float64' ? new Float64Array(values) : new Float32Array(values);
    return new Storage(device, null, host);
  }

  /** The buffer on the device; uploads it where it is not there. */
  resident(): DeviceBuffer {
    if (!this.buffer) {
      this.buffer = this.device.upload(this.host!);
      this.makeTransient();
    }
    return this.buffer;
  }

  retain(): this {
    this.owners++;
    return this;
  }

  release(): void {
    if (--this.owners > 0) return;
    state.transients.delete(this);
    if (this.buffer) this.device.free(this.buffer);
    this.buffer = this.host = null;
  }

  /** Stays on the device until it is unpinned as often. */
  pin(): void {
    this.pins++;
    state.transients.delete(this);
  }

  unpin(): void {
    if (--this.pins === 0) this.makeTransient();
  }

  /** Leaves the device at the next boundary, unless pinned. */
  makeTransient(): this {
    if (this.pins === 0) state.transients.add(this);
    return this;
  }

  /** Moves to ordinary memory, unless pinned. On an asynchronous device only what has a copy there can. */
  evict(): void {
    if (!this.buffer || this.pins > 0) return;
    if (!this.host) {
      if (!this.device.sync) return;
      this.host = this.device.view(this.buffer).slice();
    }
    this.device.free(this.buffer);
    this.buffer = null;
  }
}

/** A boundary: between two training steps, or at the end of an outermost noGrad. */
export function evictTransients(): void {
  if (state.transients.size === 0) return;
  const all = [...state.transients];
  state.transients.clear();
  for (const storage of all) storage.evict();
}
