// Storage: values on a device or, between uses, in ordinary memory.
import type { Device, DeviceBuffer, Floats } from '../../kernels/devices/device.js';
import { hostArray } from '../../kernels/devices/host.js';
import { Lease } from './lease.js';
import { type Resident, residentsOf } from './residents.js';
import { state } from './state.js';

/**
 * Values that tensors and records share. On the device they have a lease; what left the device, or was never there, is in an
 * ordinary array and goes to the device when it is used.
 */
export class Storage implements Resident {
  private isLeaving = false;

  private constructor(
    readonly lease: Lease,
    readonly length: number,
    private host: Floats | null,
  ) {}

  /** Takes over a device buffer. */
  static fromDevice(device: Device, buffer: DeviceBuffer): Storage {
    const storage = new Storage(new Lease(device, buffer), buffer.length, null);
    residentsOf(device).add(storage);
    return storage;
  }

  /** Copies the values. @throws NoRoomError in the name of `op` */
  static fromHost(op: string, device: Device, values: ArrayLike<number>): Storage {
    return new Storage(new Lease(device, null), values.length, hostArray(op, device, values));
  }

  /** Of one value. @throws NoRoomError in the name of `op` */
  static filled(op: string, device: Device, length: number, value: number): Storage {
    const host = hostArray(op, device, length);
    // Zeros that nobody writes need no memory.
    return new Storage(new Lease(device, null), length, value === 0 ? host : host.fill(value));
  }

  get device(): Device {
    return this.lease.device;
  }

  get bytes(): number {
    return this.length * (this.device.dtype === 'float64' ? 8 : 4);
  }

  /** The buffer on the device; uploads it where it is not there. Valid until the next call of the device. */
  resident(): DeviceBuffer {
    const { lease } = this;
    const residents = residentsOf(lease.device);
    if (lease.buffer) residents.use(this);
    else {
      lease.buffer = lease.device.upload(this.host!);
      residents.add(this);
      lease.makeTransient();
    }
    return lease.buffer;
  }

  /** The values where they are, to be read at once. @throws DeviceError where they are on an asynchronous device */
  peek(): Floats {
    return this.host ?? this.device.view(this.lease.buffer!);
  }

  /** A copy of the values, when all that was asked of the device before is done. */
  async read(): Promise<Floats> {
    const { lease, device, host } = this;
    if (host) return hostArray('data', device, host);
    const { buffer } = lease;
    const values = await device.read(buffer!);
    if (device.sync || lease.buffer !== buffer) return values;
    // Arrived once, it need not be fetched again when it leaves.
    this.host = values;
    return hostArray('data', device, values);
  }

  /** Writes one value, on a synchronous device, for all who share the storage. */
  write(index: number, value: number): void {
    const { host, lease } = this;
    if (host) host[index] = value;
    if (lease.buffer) lease.device.view(lease.buffer)[index] = value;
  }

  retain(): this {
    this.lease.retain();
    return this;
  }

  release(): void {
    this.lease.release();
    this.forget();
  }

  /** Lets go of values that nobody owns. */
  forget(): void {
    if (!this.lease.isOwned) this.host = null;
  }

  makeTransient(): this {
    this.lease.makeTransient();
    return this;
  }

  /** Moves to ordinary memory. On an asynchronous device what has no copy there moves when it has arrived. */
  leave(): void {
    const { lease, device } = this;
    if (!lease.buffer) return;
    if (this.host) lease.vacate();
    else if (device.sync) {
      this.host = hostArray('data', device, device.view(lease.buffer));
      lease.vacate();
    } else this.leaveLater(lease.buffer);
  }

  /** As leave(), but on an asynchronous device only where there is a copy in ordinary memory. */
  leaveAtBoundary(): void {
    if (this.host || this.device.sync) this.leave();
  }

  private async leaveLater(buffer: DeviceBuffer): Promise<void> {
    if (this.isLeaving) return;
    this.isLeaving = true;
    const { lease, device } = this;
    const { used } = lease;
    const values = await device.read(buffer).catch(() => null);
    this.isLeaving = false;
    if (!values || lease.buffer !== buffer || lease.used !== used) return;
    this.host = values;
    lease.vacate();
  }
}

/** A boundary: between two training steps, or at the end of an outermost noGrad. Transients leave their device. */
export function evictTransients(): void {
  if (state.transients.size === 0) return;
  const all = [...state.transients];
  state.transients.clear();
  for (const lease of all) {
    residentsOf(lease.device).get(lease)?.leaveAtBoundary();
  }
}
