// Storage: numbers shared by tensors, on their device or, between uses, in ordinary memory.
import type { Device, DeviceBuffer, Floats } from '../../kernels/devices/device.js';

/** Storages that no graph holds: they leave the device at the next boundary. */
const loose = new Set<Storage>();

/**
 * Numbers with a count of the tensors that show them. A device cannot see when JavaScript drops a tensor, so
 * only graphs and parameters hold device memory: everything else moves to ordinary memory, which the garbage
 * collector watches, and returns to the device when it is used again.
 */
export class Storage {
  private owners = 1;
  private pinned = false;
  private constructor(
    readonly device: Device,
    private resident: DeviceBuffer | null,
    private host: Floats | null,
  ) {}

  /** Takes over a device buffer. */
  static fromDevice(device: Device, buffer: DeviceBuffer): Storage {
    return new Storage(device, buffer, null);
  }

  /** Copies the numbers; they go to the device when first used. */
  static fromHost(device: Device, values: ArrayLike<number>): Storage {
    const host = device.dtype === 'float64' ? new Float64Array(values) : new Float32Array(values);
    return new Storage(device, null, host);
  }

  /** The numbers on the device. */
  get buffer(): DeviceBuffer {
    if (!this.resident) {
      this.resident = this.device.upload(this.host!);
      this.settle();
    }
    return this.resident;
  }

  retain(): this {
    this.owners++;
    return this;
  }

  release(): void {
    if (--this.owners > 0) return;
    loose.delete(this);
    if (this.resident) this.device.free(this.resident);
    this.resident = this.host = null;
  }

  /** Stays on the device from now on. */
  pin(): void {
    this.pinned = true;
    loose.delete(this);
  }

  /** Leaves the device at the next boundary, unless pinned. */
  settle(): this {
    if (!this.pinned) loose.add(this);
    return this;
  }

  private moveToHost(): void {
    if (!this.resident || this.pinned) return;
    if (!this.host) {
      if (!this.device.sync) return;
      this.host = this.device.view(this.resident).slice();
    }
    this.device.free(this.resident);
    this.resident = null;
  }

  /** A boundary: between two training steps, or at the end of a noGrad. */
  static moveLooseToHost(): void {
    const all = [...loose];
    loose.clear();
    for (const storage of all) storage.moveToHost();
  }
}
