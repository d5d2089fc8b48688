// A device whose buffers are ordinary arrays: the garbage collector is its pool.
import { platform } from '#platform';
import { NoRoomError } from '../errors.js';
import { type AnyKernel, numel, type Plan } from '../spec.js';
import type { Device, DeviceBuffer, Floats } from './device.js';
import { hostArray } from './host.js';

class HostBuffer implements DeviceBuffer {
  constructor(readonly data: Floats) {}
  get length() {
    return this.data.length;
  }
}

const data = (buffer: DeviceBuffer) => (buffer as HostBuffer).data;

/** What such a device does by itself. */
interface Parts extends Pick<Device, 'name' | 'dtype'> {
  compute(kernel: AnyKernel, inputs: readonly Floats[], plan: Plan): Floats;
  close?(): void;
}

/** Makes the device of what computes it. */
export function arrayDevice({ name, dtype, compute, close = () => {} }: Parts): Device {
  let live = 0;
  let buffers = 0;
  const own = (op: string, length: number, make: () => Floats) => {
    const bytes = length * (dtype === 'float64' ? 8 : 4);
    if (live + bytes > device.limit) throw new NoRoomError(op, name, bytes, live, device.limit);
    const buffer = new HostBuffer(make());
    live += bytes;
    buffers++;
    return buffer;
  };
  const device: Device = {
    name,
    dtype,
    sync: true,
    limit: platform.memoryLimit,
    upload: (values) => own('upload', values.length, () => hostArray('upload', device, values)),
    run: (kernel, inputs, plan) =>
      own(kernel.name, numel(plan.shape), () => compute(kernel, inputs.map(data), plan)),
    view: data,
    read: async (buffer) => hostArray('data', device, data(buffer)),
    free(buffer) {
      live -= data(buffer).byteLength;
      buffers--;
    },
    memory: () => ({ live, pooled: 0, buffers }),
    close,
  };
  return device;
}
