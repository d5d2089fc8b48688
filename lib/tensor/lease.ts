// A lease: room on a device that tensors and records share. It holds no values itself.
import type { Device, DeviceBuffer } from '../../kernels/devices/device.js';
import { residentsOf } from './residents.js';
import { state } from './state.js';

/**
 * Room on a device, counted by those who share it. What only has to give room back holds a lease and not a storage, so that
 * values in ordinary memory belong to tensors and records alone, and are collected with them.
 */
export class Lease {
  /** The turn in which the buffer was last used. */
  used = 0;
  /** Whether it lost its room for not being used. */
  wasIdle = false;
  private owners = 1;
  /** How many of them keep it on the device. */
  private pins = 0;

  constructor(
    readonly device: Device,
    public buffer: DeviceBuffer | null,
  ) {}

  get isPinned(): boolean {
    return this.pins > 0;
  }

  get isOwned(): boolean {
    return this.owners > 0;
  }

  retain(): void {
    this.owners++;
  }

  release(): void {
    if (--this.owners === 0) this.vacate();
  }

  /** Stays on the device over boundaries, until it is unpinned as often. */
  pin(): void {
    this.pins++;
    state.transients.delete(this);
  }

  unpin(): void {
    if (--this.pins === 0) this.makeTransient();
  }

  /** Leaves the device at the next boundary, unless pinned. */
  makeTransient(): void {
    if (this.buffer && this.pins === 0) state.transients.add(this);
  }

  /** Gives the room back. */
  vacate(): void {
    if (!this.buffer) return;
    state.transients.delete(this);
    residentsOf(this.device).delete(this);
    this.device.free(this.buffer);
    this.buffer = null;
  }
}
